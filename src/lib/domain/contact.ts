import type { DeviceKey, IdentityKey, Milliseconds } from './ids.ts';

/** Where a person may be found: their devices, and multiaddrs of relays that may know them (no `/p2p-circuit`). */
export interface ReachHints {
  readonly devices: readonly DeviceKey[];
  readonly relays: readonly string[];
}

/** What a person in the contacts may do; somebody not in the contacts is a stranger. */
export type ContactTrust = 'contact' | 'verified' | 'blocked';

export type Trust = ContactTrust | 'stranger';

/** A person in the contacts; the identity key is the primary key. */
export interface Contact {
  readonly key: IdentityKey;
  /** The name chosen by this device's owner, already cleaned; never empty. */
  readonly name: string;
  readonly trust: ContactTrust;
  /** What a blocked person was before, so that unblocking makes nobody more trusted than they were. */
  readonly before?: Exclude<Trust, 'blocked'>;
  /** Whether this contact never learns our network address (calls go through a relay only). */
  readonly hideAddress: boolean;
  readonly added: Milliseconds;
  readonly hints: ReachHints;
  /** The highest device list epoch accepted so far; a lower one is refused. */
  readonly epoch: number;
}
