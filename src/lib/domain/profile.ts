import type { Bytes } from './bytes.ts';
import type { Milliseconds } from './ids.ts';

/** What this browser says about its owner; the keys are kept apart. */
export interface Profile {
  readonly name: string;
  readonly created: Milliseconds;
  /** Whether the owner has confirmed the recovery words. */
  readonly wordsConfirmed: boolean;
  /** The encoded signed device certificate of this device. */
  readonly certificate: Bytes;
  /** The encoded signed device list this device publishes. */
  readonly deviceList: Bytes;
}
