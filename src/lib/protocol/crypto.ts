import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';

/** The few primitives of the protocols, over WebCrypto, which browsers and Node share. All deterministic. */

const { subtle } = globalThis.crypto;

const encoder = new TextEncoder();

/** `domain`, a zero byte, then `payload`: what is signed, so that a signature never serves another purpose. */
export function signingInput(domain: string, payload: Uint8Array): Bytes {
  return concatBytes(encoder.encode(domain), Uint8Array.of(0), payload);
}

/** Whether `signature` over `message` is `publicKey`'s (Ed25519, RFC 8032). Malformed input is `false`. */
export async function verifyEd25519(
  publicKey: Bytes,
  message: Bytes,
  signature: Bytes,
): Promise<boolean> {
  try {
    const key = await subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', key, signature, message);
  } catch {
    return false;
  }
}

export async function hmacSha256(key: Bytes, message: Bytes): Promise<Bytes> {
  const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return new Uint8Array(await subtle.sign('HMAC', imported, message));
}

/** HKDF-SHA256 (RFC 5869) to `length` bytes. */
export async function hkdfSha256(
  secret: Bytes,
  info: string,
  length: number,
  salt: Bytes = new Uint8Array(),
): Promise<Bytes> {
  const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt, info: encoder.encode(info) };
  return new Uint8Array(await subtle.deriveBits(algorithm, key, length * 8));
}

/** AES-256-GCM with a nonce of 12 bytes that is never used twice with one key. */
export async function sealAes(key: Bytes, nonce: Bytes, plain: Bytes): Promise<Bytes> {
  const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  return new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv: nonce }, imported, plain));
}

/** What {@link sealAes} sealed, or `undefined` if a bit of it differs. */
export async function openAes(key: Bytes, nonce: Bytes, sealed: Bytes): Promise<Bytes | undefined> {
  const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  try {
    return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: nonce }, imported, sealed));
  } catch {
    return undefined;
  }
}
