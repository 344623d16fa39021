import type { RelayAddress } from '#lib/domain/ids.ts';

/** What a relay says of itself on the web, at `/relay.json`. */
export interface RelayDescription {
  /** Its multiaddrs that this browser can dial, best first. */
  readonly addresses: readonly RelayAddress[];
  readonly operator?: string;
  readonly version?: string;
}

/** Where the first relays come from: the one that served the page names itself, and others are remembered. */
export interface RelayList {
  /**
   * Multiaddrs of the relay that served this page, best first; the last known ones when it does not answer.
   * Rejects when it does not answer and never has.
   */
  load(): Promise<readonly RelayAddress[]>;
  /**
   * How far the clock of the relay that served this page is ahead of ours, ms, by the last answer to {@link load}; good
   * to a second. `undefined` while it has not answered, or did not say.
   */
  readonly clockOffsetMs: number | undefined;
  /**
   * Asks the web address of any relay what it is: `undefined` if what answers is no relay. Rejects when nobody answers
   * before the signal.
   */
  describe(url: string, signal: AbortSignal): Promise<RelayDescription | undefined>;
  /** Multiaddrs of relays that served last time, the best first. */
  recall(): readonly RelayAddress[];
  /** Keeps them for the next time that the page is opened; a failure to do so is silent. */
  remember(addresses: readonly RelayAddress[]): void;
}
