import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { FRAME_MAX_BYTES, RELAY_DESCRIPTOR_MAX_BYTES } from '#lib/protocol/limits.ts';
import { relayHostOf } from '#lib/protocol/relay-address.ts';
import { openRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { KNOWN_RELAYS_MAX, KNOWN_RELAYS_PER_HOST } from '../limits/limits.ts';
import { isLoopback } from '../limits/remote-address.ts';
import { hasRoomFor, sharesOf } from '../limits/share.ts';

/**
 * Which relays there are, as they say themselves. Keys cost nothing, so that made-up relays must not push true ones
 * out: those that the operator named and those we are connected with always have a place; of the others, whoever is
 * there stays until it expires, and few may be at one host.
 */

export type DescriptorOutcome = 'kept' | 'malformed' | 'other-relay' | 'older' | 'own' | 'full';

/** What a relay is to us; the later may take the place of an earlier one. */
export const RANKS = ['other', 'neighbour', 'given'] as const;
export type Rank = (typeof RANKS)[number];

export interface KnownRelay {
  readonly peer: string;
  readonly descriptor: RelayDescriptor;
  /** As it was gossiped. */
  readonly sealed: Bytes;
}

export interface Directory {
  /**
   * @param from The peer that must have signed it, if that is known.
   * @param source The connected peer that it came from.
   */
  take(sealed: Uint8Array, from: string | undefined, source: string): Promise<DescriptorOutcome>;
  /** Hears of every descriptor that is kept. */
  watch(onKept: (known: KnownRelay, source: string) => void): void;
  get(peer: string): KnownRelay | undefined;
  all(): readonly KnownRelay[];
  /** For whoever asks: as many as an answer and a frame hold, the best first, without ourselves. */
  list(most: number): readonly Bytes[];
  sweep(): void;
  readonly size: number;
}

const hostOfRelay = ({ addresses }: RelayDescriptor): string =>
  relayHostOf(addresses[0] ?? '').toLowerCase();

export function createDirectory(init: {
  readonly self: string;
  readonly rankOf: (peer: string) => Rank;
  /** The wall clock, ms. */
  readonly now: () => number;
}): Directory {
  const { self, now } = init;
  const relays = new Map<string, KnownRelay>();
  const listeners = new Set<(known: KnownRelay, source: string) => void>();
  const rank = (peer: string): number => RANKS.indexOf(init.rankOf(peer));

  const sweep = (): void => {
    const time = now();
    for (const { peer, descriptor } of relays.values()) {
      if (descriptor.expires <= time) relays.delete(peer);
    }
  };

  /** Makes room for a relay that is not there yet, if there is any to be had. */
  const makeRoom = (newcomer: KnownRelay): boolean => {
    sweep();
    const place = rank(newcomer.peer);
    const host = hostOfRelay(newcomer.descriptor);
    if (place === 0 && !isLoopback(host)) {
      const there = [...relays.values()].map(({ descriptor }) => sharesOf(hostOfRelay(descriptor)));
      if (!hasRoomFor(sharesOf(host), there, KNOWN_RELAYS_PER_HOST)) return false;
    }
    if (relays.size < KNOWN_RELAYS_MAX) return true;
    const least = [...relays.keys()].find((peer) => rank(peer) < place);
    return least !== undefined && relays.delete(least);
  };

  const isOlder = (peer: string, issued: number): boolean =>
    (relays.get(peer)?.descriptor.issued ?? -1) >= issued;

  return {
    async take(sealed, from, source) {
      const descriptor = await openRelayDescriptor(sealed, now());
      if (descriptor === undefined) return 'malformed';
      const peer = deviceKeyOf(descriptor.relay);
      if (from !== undefined && peer !== from) return 'other-relay';
      if (peer === self) return 'own';
      if (isOlder(peer, descriptor.issued)) return 'older';
      const known = { peer, descriptor, sealed: new Uint8Array(sealed) };
      if (!relays.has(peer) && !makeRoom(known)) return 'full';
      relays.set(peer, known);
      for (const listener of listeners) listener(known, source);
      return 'kept';
    },
    watch: (onKept) => void listeners.add(onKept),
    get: (peer) => relays.get(peer),
    all: () => [...relays.values()],
    list(most) {
      const time = now();
      // Room for our own as well.
      let left = FRAME_MAX_BYTES - RELAY_DESCRIPTOR_MAX_BYTES;
      return [...relays.values()]
        .filter(({ descriptor }) => descriptor.expires > time)
        .sort((a, b) => rank(b.peer) - rank(a.peer))
        .slice(0, most)
        .flatMap(({ sealed }) => ((left -= sealed.byteLength + 4) >= 0 ? [sealed] : []));
    },
    sweep,
    get size() {
      return relays.size;
    },
  };
}
