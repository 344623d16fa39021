import type { RelayOptions } from './options.ts';

/** What a relay says of itself at `/relay.json`. */
export const describeRelay = (
  options: RelayOptions,
  now: {
    readonly peerId: string;
    readonly multiaddrs: readonly string[];
    readonly version: string;
    readonly turn: boolean;
    /** Neighbours, known relays, watchers and watched tags. */
    readonly numbers: object;
    /** Descriptors of relays that it knows, signed. */
    readonly descriptors: readonly Uint8Array[];
  },
): object => ({
  peerId: now.peerId,
  multiaddrs: now.multiaddrs,
  operator: options.operator,
  version: now.version,
  turn: now.turn,
  ...now.numbers,
  relays: now.descriptors.map((sealed) => Buffer.from(sealed).toString('base64url')),
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
