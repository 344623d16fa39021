import { expect, test } from 'vitest';
import { signerNumber } from '#lib/testing/signers.ts';
import { FRAME_MAX_BYTES } from './limits.ts';
import { open, sign, SIGNED } from './signed.ts';
import { required, struct, text, uint } from './struct.ts';

const NOTE = struct({ text: required(1, text(100)) });
const OTHER = struct({ number: required(1, uint()) });

test('what was signed opens for the same key and domain', async () => {
  const alice = await signerNumber(1);
  const signed = await sign(alice, 'test v1', NOTE, { text: 'hello' });
  expect(await open(signed, alice.publicKey, 'test v1', NOTE)).toEqual({ text: 'hello' });
});

test('nothing opens for another key, another domain, another shape', async () => {
  const alice = await signerNumber(1);
  const bob = await signerNumber(2);
  const signed = await sign(alice, 'test v1', NOTE, { text: 'hello' });
  expect(await open(signed, bob.publicKey, 'test v1', NOTE)).toBeUndefined();
  expect(await open(signed, alice.publicKey, 'test v2', NOTE)).toBeUndefined();
  expect(await open(signed, alice.publicKey, 'test v1', OTHER)).toBeUndefined();
  expect(await open(signed, alice.publicKey.subarray(1), 'test v1', NOTE)).toBeUndefined();
});

test('the end of a domain cannot be moved into the payload', async () => {
  const alice = await signerNumber(1);
  const { signature } = await sign(alice, 'ab', NOTE, { text: '' });
  const moved = { payload: Uint8Array.of(0x62, 0, 0x0a, 0), signature };
  expect(await open(moved, alice.publicKey, 'a', NOTE)).toBeUndefined();
});

test('every flipped bit is noticed', async () => {
  const alice = await signerNumber(1);
  const signed = SIGNED.encode(await sign(alice, 'test v1', NOTE, { text: 'hello' }));
  let opened = 0;
  for (let bit = 0; bit < signed.byteLength * 8; bit += 1) {
    const flipped = signed.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    const decoded = SIGNED.decode(flipped);
    if (decoded && (await open(decoded, alice.publicKey, 'test v1', NOTE))) opened += 1;
  }
  expect(opened).toBe(0);
});

test('bytes are verified as they came: a field nobody knows yet stays signed', async () => {
  const alice = await signerNumber(1);
  const NEWER = struct({ text: required(1, text(100)), mood: required(2, uint()) });
  const signed = await sign(alice, 'test v1', NEWER, { text: 'hello', mood: 7 });
  expect(await open(signed, alice.publicKey, 'test v1', NOTE)).toEqual({ text: 'hello' });
});

test('a payload above the frame limit is refused', () => {
  const signature = new Uint8Array(64);
  const at = (length: number) => SIGNED.encode({ payload: new Uint8Array(length), signature });
  expect(SIGNED.decode(at(FRAME_MAX_BYTES))).toBeDefined();
  expect(SIGNED.decode(at(FRAME_MAX_BYTES + 1))).toBeUndefined();
});
