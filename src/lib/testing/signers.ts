import { pairFromSeed, signerOf } from '#lib/protocol/ed25519.ts';
import type { Signer } from '#lib/protocol/signed.ts';

/** A person or device of a test: the same number is the same key. */
export const signerNumber = async (number: number): Promise<Signer> =>
  signerOf(await pairFromSeed(new Uint8Array(32).fill(number)));
