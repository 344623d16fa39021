import type { RelayAddress } from '#lib/domain/ids.ts';
import type { NetworkStatus, RelayProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Watchable } from '../watchable.ts';

export interface RelayView {
  readonly address: RelayAddress;
  /** `spare`: known and not used now, because others hold enough reservations. */
  readonly state: 'connecting' | 'reachable' | 'refused' | 'unreachable' | 'spare';
  /** `directory`: other relays told of it. */
  readonly origin: 'page' | 'invite' | 'own' | 'directory';
  readonly preferred: boolean;
  /** What follows is known once the relay was reached, or described itself in the directory. */
  readonly operator?: string;
  readonly version?: string;
  /** Share of its reservations that are taken, 0 to 1. */
  readonly load?: number;
  readonly turn?: boolean;
  /** Measured, ms. */
  readonly roundTripMs?: number;
}

/** What a test of one relay found, step by step; a step that was not reached is absent. */
export interface RelayTest {
  /** Dialling, with encryption, ms; or it was not reached. */
  readonly reached: { readonly tookMs: number } | 'unreachable' | 'refused';
  readonly roundTripMs?: number;
  /** Whether a lookup was answered. */
  readonly lookup?: boolean;
  readonly turn?: 'none' | 'works' | 'silent';
}

export interface Reachability extends Watchable {
  readonly status: NetworkStatus;
  readonly relays: readonly RelayView[];
  /** Tries every relay now instead of waiting for its next attempt. */
  retry(): void;
  /**
   * Adds a relay by its multiaddr, its web address or a `/#/r/` link, after it has answered. A web address is asked for
   * `/relay.json`.
   */
  add(text: string): Promise<Result<RelayView, RelayProblem>>;
  prefer(address: RelayAddress, preferred: boolean): Promise<void>;
  /** Takes a relay out and does not come back to it, whoever names it. */
  remove(address: RelayAddress): Promise<void>;
  test(address: RelayAddress, signal: AbortSignal): Promise<RelayTest>;
  /** The relay that has its STUN and TURN server at this host. */
  ofServer(host: string): RelayView | undefined;
  /** A link that adds this relay when it is opened or scanned. */
  link(address: RelayAddress): string;
  /**
   * The multiaddr, ending in `/p2p/RELAY`, that a multiaddr or a `/#/r/` link names, to show before it is added;
   * `undefined` for anything else. Asks nobody.
   */
  read(text: string): RelayAddress | undefined;
}
