import { expect, test } from 'vitest';
import { straightAddress } from './straight-address.ts';

const INVITE = 'https://woxly.example/#/i/CtkB-_x';

test.each([
  'https://woxly.example/',
  'https://woxly.example/chat/12D3KooW?x=1#main',
  'https://woxly.example/calls?q=%D1%8F#%D1%8F',
  INVITE,
  'https://woxly.example/settings#/i/CtkB',
  'https://woxly.example/i/CtkB',
])('%s is straight', (address) => {
  expect(straightAddress(address)).toBe(address);
});

test.each([
  ['https://woxly.example/%23/i/CtkB-_x', INVITE],
  ['https://woxly.example/%23%2Fi%2FCtkB-_x', INVITE],
  ['https://woxly.example/%2523%252fi%252FCtkB-_x', INVITE],
  ['https://woxly.example/#%2Fi%2FCtkB-_x', INVITE],
  ['https://woxly.example/?from=mail%23/i/CtkB-_x', INVITE],
  ['https://woxly.example/%23/r/CtkB-_x', 'https://woxly.example/#/r/CtkB-_x'],
  ['https://woxly.example/#%', 'https://woxly.example/#%25'],
  ['https://woxly.example/#%FF%', 'https://woxly.example/#%25FF%25'],
  ['https://woxly.example/#/i/CtkB%', 'https://woxly.example/#/i/CtkB%25'],
  ['https://woxly.example/%', 'https://woxly.example/'],
  ['https://woxly.example/%FF#main', 'https://woxly.example/#main'],
])('%s was meant to be %s', (address, meant) => {
  expect(straightAddress(address)).toBe(meant);
  expect(straightAddress(meant)).toBe(meant);
});
