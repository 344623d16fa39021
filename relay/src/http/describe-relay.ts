import {
  MULTIADDR_MAX_BYTES,
  OPERATOR_MAX_BYTES,
  RELAY_ADDRESSES_MAX,
} from '#lib/protocol/limits.ts';
import { fitting } from '../neighbours/fitting.ts';
import type { RelayOptions } from '../options/options.ts';

/**
 * What a relay says of itself at `/relay.json`. Every part of it has a limit, so that the whole stays below
 * `RELAY_DESCRIPTION_MAX_BYTES`, above which no app reads it: a machine may have any number of addresses.
 */
export const describeRelay = (
  options: RelayOptions,
  now: {
    readonly peerId: string;
    /** The best first. */
    readonly multiaddrs: readonly string[];
    readonly version: string;
    readonly turn: boolean;
    /** Neighbours, known relays, watchers and watched tags. */
    readonly numbers: object;
  },
): object => ({
  peerId: now.peerId,
  multiaddrs: now.multiaddrs
    .filter((address) => address.length <= MULTIADDR_MAX_BYTES)
    .slice(0, RELAY_ADDRESSES_MAX),
  operator: fitting(options.operator, OPERATOR_MAX_BYTES),
  version: now.version,
  turn: now.turn,
  ...now.numbers,
  limits: {
    reservations: options.maxReservations,
    reservationSeconds: options.reservationTtl,
    circuitBytes: options.circuitBytes,
    circuitSeconds: options.circuitSeconds,
    circuitsPerSource: options.circuitsPerSource,
    reservationsPerAddress: options.reservationsPerAddress,
    connectionsPerMinute: options.connectionsPerMinute,
  },
});
