import type { ReachHints } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { FrameChannel, OpenOptions } from '#lib/ports/peer-network.ts';

/**
 * Why a person could not be reached. `not-found`: nobody knows where they are; `not-reachable`: a device is known
 * and did not answer; `offline`: this device has no network.
 */
export type ReachFailure = 'not-found' | 'not-reachable' | 'offline';

export interface ReachOptions extends Pick<OpenOptions, 'only'> {
  readonly signal: AbortSignal;
  /** Where the person may be beside what is remembered of a contact: an invite says so, or a device that called. */
  readonly hints?: ReachHints;
  /** Called when a device is known to be the person's. */
  onFound?(): void;
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

/** Finds people, over all that is known at once, and opens channels to their devices. */
export interface Reach {
  /** A channel to the first device that answers. @throws WoxlyError<ReachFailure> */
  first(person: IdentityKey, protocol: string, options: ReachOptions): Promise<FrameChannel>;
  /**
   * A channel to each device that answers, as they do, until all that is known was tried. Whoever stops early gets no
   * more; channels that opened meanwhile are closed. @throws WoxlyError<ReachFailure> if none answers.
   */
  each(
    person: IdentityKey,
    protocol: string,
    options: ReachOptions,
  ): AsyncIterableIterator<FrameChannel>;
}
