import type { ReachHints } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';

/**
 * Why a person could not be reached. `not-found`: nobody knows where they are; `not-reachable`: a device is known
 * and did not answer; `offline`: this device has no network.
 */
export type ReachFailure = 'not-found' | 'not-reachable' | 'offline';

export interface ReachOptions {
  /** Called once, when a device is known to be the person's. */
  onFound(): void;
  readonly signal: AbortSignal;
  /** Only this device: a channel is opened again. */
  readonly device?: DeviceKey;
  /**
   * Only through relays that hold a reservation of ours and these, and no lookup: the peer must not make us dial where
   * it likes.
   */
  readonly onlyThrough?: readonly RelayAddress[];
  /** Called with relays through which a device is dialled. */
  onDial?(relays: readonly RelayAddress[]): void;
}

/** Finds people. */
export interface Reach {
  /** Finds a person and opens a call channel to one of their devices. @throws WoxlyError<ReachFailure> */
  reach(key: IdentityKey, hints: ReachHints, options: ReachOptions): Promise<FrameChannel>;
}
