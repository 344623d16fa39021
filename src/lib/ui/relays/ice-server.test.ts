import { expect, test } from 'vitest';
import { iceServerOf } from './ice-server.ts';

const typed = (url: string, username = '', credential = '') => ({ url, username, credential });

test.each([
  ['  stun:stun.example.org ', { url: 'stun:stun.example.org' }],
  [' ', 'url'],
  ['turn:turn.example.org', 'credentials'],
] as const)('%s', (url, outcome) => {
  expect(iceServerOf(typed(url), [])).toEqual(outcome);
});

test('a TURN server comes with its credentials, a STUN server never', () => {
  const url = 'turns:turn.example.org:443?transport=tcp';
  expect(iceServerOf(typed(url, ' me '), [])).toBe('credentials');
  expect(iceServerOf(typed(url, ' me ', ' s3 '), [])).toEqual({
    url,
    username: 'me',
    credential: ' s3 ',
  });
  expect(iceServerOf(typed('stun:a.example', 'me', 'secret'), [])).toEqual({
    url: 'stun:a.example',
  });
});

test('no server twice, and not too many', () => {
  const known = ['a', 'b', 'c', 'd'].map((host) => ({ url: `stun:${host}` }));
  expect(iceServerOf(typed('stun:a'), known)).toBe('known');
  expect(iceServerOf(typed('stun:e'), known)).toBe('too-many');
  expect(iceServerOf(typed('stun:e'), known.slice(1))).toEqual({ url: 'stun:e' });
});
