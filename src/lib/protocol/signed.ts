import type { Bytes } from '#lib/domain/bytes.ts';
import { signingInput, verifyEd25519 } from './crypto.ts';
import { FRAME_MAX_BYTES, SIGNATURE_BYTES } from './limits.ts';
import { bytes, required, struct } from './struct.ts';
import type { Of, Struct } from './struct.ts';

/** A payload and its Ed25519 signature. The bytes are signed and checked as they came, never encoded again. */
export const SIGNED = struct({
  payload: required(1, bytes(FRAME_MAX_BYTES)),
  signature: required(2, bytes(SIGNATURE_BYTES, 'exact')),
});
export type Signed = Of<typeof SIGNED>;

/** Signs bytes with one key; the private half never leaves it. */
export interface Signer {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Bytes;
  sign(message: Bytes): Promise<Bytes>;
}

export async function sign<T>(
  signer: Signer,
  domain: string,
  shape: Struct<T>,
  value: T,
): Promise<Signed> {
  const payload = shape.encode(value);
  return { payload, signature: await signer.sign(signingInput(domain, payload)) };
}

/** The payload if `publicKey` signed it for `domain` and it is well formed, else `undefined`. */
export async function open<T>(
  signed: Signed,
  publicKey: Bytes,
  domain: string,
  shape: Struct<T>,
): Promise<T | undefined> {
  const genuine = await verifyEd25519(
    publicKey,
    signingInput(domain, signed.payload),
    signed.signature,
  );
  return genuine ? shape.decode(signed.payload) : undefined;
}
