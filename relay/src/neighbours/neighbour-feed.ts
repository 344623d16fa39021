import type { Bytes } from '#lib/domain/bytes.ts';
import { fromHex } from '#lib/domain/bytes.ts';
import { publicKeyFromText } from '#lib/protocol/key-text.ts';
import {
  NEIGHBOUR_LEFT_MAX,
  NEIGHBOUR_RECORDS_MAX,
  NEIGHBOUR_RELAYS_MAX,
} from '#lib/protocol/limits.ts';
import { NEIGHBOUR_PUSH } from '#lib/protocol/neighbour.ts';
import type { PresenceLeft, PublishedPresence } from '#lib/protocol/neighbour.ts';
import type { KnownRelay } from './directory.ts';
import type { StoredPresence } from '../presence/presence-store.ts';

/**
 * What one neighbour has still to hear: records by their place, so that a newer one takes the place of an older one
 * and what waits is never more than what is stored.
 */
export interface NeighbourFeed {
  record(stored: StoredPresence): void;
  left(stored: StoredPresence): void;
  relay(known: KnownRelay): void;
  /** The next push, or `undefined` when everything is said. */
  next(): Bytes | undefined;
}

const placeOf = ({ tag, publisher }: StoredPresence): string => `${tag} ${publisher}`;

function published(stored: StoredPresence): PublishedPresence | undefined {
  const publisher = publicKeyFromText(stored.publisher);
  if (publisher === undefined || stored.proof === undefined) return undefined;
  return { publisher, ...stored.proof, envelope: stored.envelope };
}

function departure(stored: StoredPresence): PresenceLeft | undefined {
  const tag = fromHex(stored.tag);
  const publisher = publicKeyFromText(stored.publisher);
  return tag && publisher && { tag, publisher, expires: stored.expires };
}

/** Takes up to `most` out of a map. */
function takeOut<T>(from: Map<string, T>, most: number): T[] {
  const taken = [];
  for (const [key, value] of from) {
    if (taken.length === most) break;
    from.delete(key);
    taken.push(value);
  }
  return taken;
}

/** What is known now is all said first. */
export function createNeighbourFeed(known: {
  readonly relays: Iterable<KnownRelay>;
  readonly records: Iterable<StoredPresence>;
}): NeighbourFeed {
  const records = new Map<string, StoredPresence>();
  const lefts = new Map<string, StoredPresence>();
  const relays = new Map<string, KnownRelay>();
  let isGreeted = false;

  const feed: NeighbourFeed = {
    record(stored) {
      // As it is now: it may have come back.
      lefts.delete(placeOf(stored));
      records.set(placeOf(stored), stored);
      if (stored.left) feed.left(stored);
    },
    left: (stored) => void lefts.set(placeOf(stored), stored),
    relay: (known) => void relays.set(known.peer, known),
    next() {
      if (relays.size > 0) {
        isGreeted = true;
        const some = takeOut(relays, NEIGHBOUR_RELAYS_MAX).map(({ sealed }) => sealed);
        return NEIGHBOUR_PUSH.encode({ records: [], left: [], relays: some });
      }
      const some = takeOut(records, NEIGHBOUR_RECORDS_MAX).flatMap(
        (stored) => published(stored) ?? [],
      );
      // A departure says something only of a record that is known.
      const left =
        records.size === 0
          ? takeOut(lefts, NEIGHBOUR_LEFT_MAX).flatMap((stored) => departure(stored) ?? [])
          : [];
      if (isGreeted && some.length === 0 && left.length === 0) return undefined;
      // The first push says that the other relay is taken for a neighbour, with or without records.
      isGreeted = true;
      return NEIGHBOUR_PUSH.encode({ records: some, left, relays: [] });
    },
  };
  for (const one of known.relays) feed.relay(one);
  for (const stored of known.records) feed.record(stored);
  return feed;
}
