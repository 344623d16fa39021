import { expect, test } from 'vitest';
import { TURN_URL_MAX_BYTES, TURN_URLS_MAX } from './limits.ts';
import { TURN_REQUEST, TURN_RESPONSE } from './turn.ts';

test('the question is an empty frame, and may say more in a later version', () => {
  expect(TURN_REQUEST.encode({})).toHaveLength(0);
  expect(TURN_REQUEST.decode(Uint8Array.of())).toEqual({});
  expect(TURN_REQUEST.decode(Uint8Array.of(0x78, 0x01))).toEqual({});
  expect(TURN_REQUEST.decode(Uint8Array.of(0x0a, 0x05))).toBeUndefined();
});

test.each([
  ['more URLs than there may be', { urls: Array<string>(TURN_URLS_MAX + 1).fill('stun:a') }],
  ['a URL that is too long', { urls: ['x'.repeat(TURN_URL_MAX_BYTES + 1)] }],
  ['a user name that is too long', { urls: [], username: 'x'.repeat(129) }],
  ['a life of more than a day', { urls: [], seconds: 86_401 }],
])('an answer with %s is none', (_, part) => {
  // The limits are checked on what arrives, whoever made it.
  const whole = { seconds: 600, ...part };
  expect(TURN_RESPONSE.decode(loosely(whole))).toBeUndefined();
});

/** The same on the wire, without any limit. */
function loosely(answer: {
  urls: readonly string[];
  username?: string;
  seconds: number;
}): Uint8Array<ArrayBuffer> {
  const field = (number: number, text: string) => {
    const bytes = new TextEncoder().encode(text);
    return [(number << 3) | 2, ...varint(bytes.byteLength), ...bytes];
  };
  return Uint8Array.from([
    ...answer.urls.flatMap((url) => field(1, url)),
    ...(answer.username === undefined ? [] : field(2, answer.username)),
    4 << 3,
    ...varint(answer.seconds),
  ]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
