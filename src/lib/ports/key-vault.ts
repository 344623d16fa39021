import type { Bytes } from '#lib/domain/bytes.ts';
import type { Signer } from '#lib/protocol/signed.ts';

/** The keys of this browser. Private halves cannot be read, only used. */
export interface Keys {
  readonly identity: Signer;
  readonly device: Signer;
}

/** Keeps this browser's keys. One person a browser. */
export interface KeyVault {
  /** `unreadable`: something is kept, and it is no pair of keys that can sign. */
  load(): Promise<Keys | 'unreadable' | undefined>;
  /**
   * Derives the identity key from 16 bytes of entropy, makes a new device key and keeps both; keeps the entropy
   * encrypted under a key that cannot be read, until {@link forgetEntropy}. Replaces what was there.
   */
  create(entropy: Bytes): Promise<Keys>;
  /** The entropy behind the recovery words, or `undefined` once it was forgotten. */
  entropy(): Promise<Bytes | undefined>;
  forgetEntropy(): Promise<void>;
}
