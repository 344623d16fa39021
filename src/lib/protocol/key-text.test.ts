import { expect, test } from 'vitest';
import { base58 } from '@scure/base';
import { concatBytes, fromHex } from '#lib/domain/bytes.ts';
import { mutations } from '#lib/testing/mutations.ts';
import {
  deviceKeyOf,
  identityKeyOf,
  parseDeviceKey,
  parseIdentityKey,
  publicKeyFromText,
  publicKeyOf,
} from './key-text.ts';

/** A pair of text and key that js-libp2p's own reader agrees to. */
const LIBP2P_TEXT = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA';
const LIBP2P_KEY = fromHex('2ffa35a99d3a3cfbb17bb7c1dc5561b18a8dcca4df38dc613ea859c37eb1336b');

test('is the text that libp2p writes', () => {
  expect(publicKeyFromText(LIBP2P_TEXT)).toEqual(LIBP2P_KEY);
  expect(identityKeyOf(LIBP2P_KEY as Uint8Array)).toBe(LIBP2P_TEXT);
});

test('every key has a text of 52 characters that gives the key back', () => {
  for (let seed = 0; seed < 500; seed += 1) {
    const key = seed === 0 ? new Uint8Array(32) : mutations(seed).bytes(32);
    const text = identityKeyOf(key);
    expect(text).toMatch(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/);
    expect(publicKeyFromText(text)).toEqual(key);
    expect(publicKeyOf(text)).toEqual(key);
    expect(deviceKeyOf(key)).toBe(text);
  }
});

const bytes = (...given: readonly number[]) => Uint8Array.from(given);
const key = new Uint8Array(32).fill(9);
const GOOD = identityKeyOf(key);

test.each([
  ['nothing', ''],
  ['one character less', GOOD.slice(0, -1)],
  ['one character more', `${GOOD}1`],
  ['a space', ` ${GOOD.slice(1)}`],
  ['a letter that base58 does not have', `${GOOD.slice(0, -1)}0`],
  ['another letter at its head', `22${GOOD.slice(2)}`],
  ['an RSA peer ID', 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
  ['a secp256k1 peer ID', '16Uiu2HAmPWPvmRqpnUQYKLQKGzfKWQ6Vqo54yWFfWM7tJgFEzqmx'],
  ['a CID', 'bafzaajaiaejcbzdibmxyzdjbbehgvizh6g5tikvy47mshdy6gwbruvgwvd24seje'],
  [
    'a secp256k1 key in the same length',
    base58.encode(concatBytes(bytes(0, 36, 8, 2, 18, 32), key)),
  ],
  ['an RSA key in the same length', base58.encode(concatBytes(bytes(0, 36, 8, 0, 18, 32), key))],
  ['another multihash', base58.encode(concatBytes(bytes(18, 32, 8, 1, 18, 32), key))],
])('%s is no key', (_, text) => {
  expect(publicKeyFromText(text)).toBeUndefined();
  expect(parseIdentityKey(text)).toBeUndefined();
  expect(parseDeviceKey(text)).toBeUndefined();
});

test('a text that is no key cannot be used as one', () => {
  expect(() => publicKeyOf('x' as never)).toThrow(TypeError);
});
