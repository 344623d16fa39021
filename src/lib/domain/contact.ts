import type { DeviceKey, IdentityKey, Milliseconds, RelayAddress } from './ids.ts';

/** What a key or an invite link names. */
export interface Invited extends ReachHints {
  readonly key: IdentityKey;
  /** What the person calls themselves, cleaned; absent for a bare key. */
  readonly name?: string;
}

/** Where a person may be found: their devices, and multiaddrs of relays that may know them (no `/p2p-circuit`). */
export interface ReachHints {
  readonly devices: readonly DeviceKey[];
  readonly relays: readonly RelayAddress[];
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
  /**
   * The highest device list epoch accepted so far, in seconds since 1970, and never one of the future; a lower one is
   * refused.
   */
  readonly epoch: number;
  /** The devices of that list. Absent before the first one. */
  readonly devices?: readonly DeviceKey[];
  /**
   * The identity key that this person had before. While it is here the change has not been acknowledged, and there are
   * no calls with them: somebody else may stand behind the new key.
   */
  readonly keyBefore?: IdentityKey;
  /** When a presence record of theirs, or a call with them, last showed that they were there. */
  readonly lastSeen?: Milliseconds;
}

/** What is known of whether somebody can be called now. `unknown`: we cannot tell (offline, or not shown). */
export type Presence =
  | { readonly state: 'online' }
  | { readonly state: 'seen'; readonly at: Milliseconds }
  | { readonly state: 'unreachable' }
  | { readonly state: 'unknown' };
