import { expect, test } from 'vitest';
import { fromHex, toHex } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { hkdfSha256, hmacSha256, openAes, sealAes, signingInput, verifyEd25519 } from './crypto.ts';
import { generatePair, identitySeed, pairFromSeed, signerOf } from './ed25519.ts';

const hex = (text: string) => fromHex(text) as Bytes;
const ascii = (text: string) => new TextEncoder().encode(text);

/** RFC 8032, 7.1, TEST 2. */
const SEED = hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
const PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
  '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';

test('Ed25519 is that of RFC 8032', async () => {
  const signer = signerOf(await pairFromSeed(SEED));
  expect(toHex(signer.publicKey)).toBe(PUBLIC);
  expect(toHex(await signer.sign(Uint8Array.of(0x72)))).toBe(SIGNATURE);
  expect(await verifyEd25519(hex(PUBLIC), Uint8Array.of(0x72), hex(SIGNATURE))).toBe(true);
  expect(await verifyEd25519(hex(PUBLIC), Uint8Array.of(0x73), hex(SIGNATURE))).toBe(false);
});

test('malformed keys and signatures are only wrong', async () => {
  for (const length of [0, 31, 33]) {
    expect(await verifyEd25519(new Uint8Array(length), ascii('m'), hex(SIGNATURE))).toBe(false);
  }
  for (const length of [0, 63, 65]) {
    expect(await verifyEd25519(hex(PUBLIC), ascii('m'), new Uint8Array(length))).toBe(false);
  }
});

test('private keys cannot be read', async () => {
  for (const { privateKey } of [await pairFromSeed(SEED), await generatePair()]) {
    expect(privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow();
  }
});

test('the identity of given words is always the same', async () => {
  const entropy = Uint8Array.from({ length: 16 }, (_, index) => index);
  // Computed by HKDF as RFC 5869 writes it, outside of this code.
  const seed = 'b2431613230dbcbac61767e2a606ee0afe1c5504c185e06a1e9416ef87ca8a9d';
  expect(toHex(await identitySeed(entropy))).toBe(seed);
});

test('HMAC is that of RFC 4231, test case 2', async () => {
  const mac = await hmacSha256(ascii('Jefe'), ascii('what do ya want for nothing?'));
  const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  expect(toHex(mac)).toBe(expected);
});

test('HKDF is that of RFC 5869', async () => {
  // Test case 3 has neither salt nor domain; test case 1's domain is not text.
  const okm = await hkdfSha256(new Uint8Array(22).fill(0x0b), '', 42);
  expect(toHex(okm)).toBe(
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  );
});

test('what was sealed opens with the same key and nonce only', async () => {
  const [key, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(12).fill(2)];
  const sealed = await sealAes(key, nonce, ascii('secret'));
  expect(await openAes(key, nonce, sealed)).toEqual(ascii('secret'));
  expect(await openAes(new Uint8Array(32), nonce, sealed)).toBeUndefined();
  expect(await openAes(key, new Uint8Array(12), sealed)).toBeUndefined();
  expect(await openAes(key, nonce, sealed.subarray(1))).toBeUndefined();
  expect(await openAes(key, nonce, new Uint8Array())).toBeUndefined();
});

test('domain and payload are told apart', () => {
  expect(signingInput('ab', Uint8Array.of(1))).toEqual(Uint8Array.of(97, 98, 0, 1));
});
