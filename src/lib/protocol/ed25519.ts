import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { hkdfSha256 } from './crypto.ts';
import { PUBLIC_KEY_BYTES } from './limits.ts';
import { DOMAIN } from './names.ts';
import type { Signer } from './signed.ts';

const { subtle } = globalThis.crypto;

/** A pair of which only the public half can be read. */
export interface Ed25519Pair {
  /** Never extractable. */
  readonly privateKey: CryptoKey;
  readonly publicKey: Bytes;
}

/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410, 7; the structure without attributes). */
const PKCS8_PREFIX = Uint8Array.of(
  ...[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ],
);

/** The seed of a person's identity key, from the 16 bytes behind the recovery words. Changing it loses everyone. */
export const identitySeed = (entropy: Bytes): Promise<Bytes> =>
  hkdfSha256(entropy, DOMAIN.identity, 32);

/** The pair of a 32-byte seed (RFC 8032). */
export async function pairFromSeed(seed: Bytes): Promise<Ed25519Pair> {
  const pkcs8 = concatBytes(PKCS8_PREFIX, seed);
  // Only an extractable key tells its public half; this one lives no longer than this function.
  const readable = await subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const { x = '' } = await subtle.exportKey('jwk', readable);
  const privateKey = await subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  pkcs8.fill(0);
  return { privateKey, publicKey: fromBase64Url(x) };
}

/** A new pair from the platform's random numbers. */
export async function generatePair(): Promise<Ed25519Pair> {
  const made = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const publicKey = new Uint8Array(await subtle.exportKey('raw', made.publicKey));
  return { privateKey: made.privateKey, publicKey };
}

export function signerOf({ privateKey, publicKey }: Ed25519Pair): Signer {
  return {
    publicKey,
    sign: async (message) => new Uint8Array(await subtle.sign('Ed25519', privateKey, message)),
  };
}

function fromBase64Url(text: string): Bytes {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (bytes.byteLength !== PUBLIC_KEY_BYTES) throw new TypeError('an Ed25519 key has 32 bytes');
  return bytes;
}
