import { expect, test } from 'vitest';
import { inviteIn, relayLinkIn } from './pending-invite.ts';

test('an invite is the whole address, so that it can be pasted elsewhere', () => {
  const link = 'https://woxly.example/#/i/CAESIA';
  expect(inviteIn(new URL(link))).toBe(link);
});

test.each([
  'https://woxly.example/',
  'https://woxly.example/#main',
  'https://woxly.example/i/CAES',
])('no invite: %s', (address) => {
  expect(inviteIn(new URL(address))).toBeUndefined();
});

test('a link of a relay is no invite, and the other way round', () => {
  const relay = 'https://woxly.example/#/r/CAESIA';
  expect(relayLinkIn(new URL(relay))).toBe(relay);
  expect(inviteIn(new URL(relay))).toBeUndefined();
  expect(relayLinkIn(new URL('https://woxly.example/#/i/CAESIA'))).toBeUndefined();
});

test('links that were rewritten on their way are what they were', () => {
  const link = 'https://woxly.example/#/i/CAESIA';
  expect(inviteIn(new URL('https://woxly.example/#%2Fi%2FCAESIA'))).toBe(link);
  expect(inviteIn(new URL('https://woxly.example/%23/i/CAESIA'))).toBe(link);
  const relay = 'https://woxly.example/%23%2Fr%2FCAESIA';
  expect(relayLinkIn(new URL(relay))).toBe('https://woxly.example/#/r/CAESIA');
});
