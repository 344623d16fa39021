import type { Connection } from '@libp2p/interface';
import type { ClockDoubt } from '../presence/clock-doubt.ts';
import type { Neighbours } from './neighbours.ts';
import type { PresenceStore } from '../presence/presence-store.ts';
import { guardGossip } from '../presence/presence-topic.ts';
import { serveRelayList } from './relay-list.ts';
import { serveWatches } from '../presence/watch.ts';
import {
  doubtClock,
  lookForNeighbours,
  meetNeighbours,
  noticeDepartures,
  openBooks,
  openTopics,
  passOn,
  peersOf,
} from './join-steps.ts';
import type { Joining, Late } from './join-steps.ts';

/** A relay among relays: presence, the directory, neighbours and watches. */
export interface Membership {
  readonly store: PresenceStore;
  /** Whether this relay's own clock seems to be wrong. */
  readonly clock: ClockDoubt;
  readonly neighbours: Pick<Neighbours, 'has' | 'hasHost'>;
  /** The connection of a peer that is no circuit. */
  connectionTo(peer: string): Connection | undefined;
  /** To be called once the node runs. */
  start(): Promise<void>;
  sweep(): void;
  readonly numbers: {
    readonly neighbours: number;
    readonly knownRelays: number;
    readonly watchers: number;
    readonly watchedTags: number;
  };
}

/** Makes a relay one among others; what was started ends with the scope. */
export async function joinNetwork(init: Joining): Promise<Membership> {
  const { options, metrics } = init;
  const peers = peersOf(init);
  const clock = doubtClock(init);
  const late: Late = {};
  const books = openBooks(init, peers, late);
  const { direct } = guardGossip(init.node, metrics);
  const neighbours = await meetNeighbours(init, peers, books, direct, late);
  late.neighbours = neighbours;
  passOn(init, books, neighbours, direct);
  noticeDepartures(init, peers, books, neighbours);

  const { readTimeout } = options;
  await serveRelayList(init.node, books.descriptors, metrics, readTimeout);
  const { watchers, store, directory } = books;
  const watches = await serveWatches(init.node, {
    watchers,
    metrics,
    readTimeoutMs: readTimeout,
    now: () => performance.now(),
  });
  const sweeps: { sweep(): void }[] = [store, directory, neighbours, watches];
  return {
    store,
    clock,
    neighbours,
    connectionTo: peers.connectionTo,
    async start() {
      sweeps.push(...(await openTopics(init, peers, books, neighbours, clock)));
      late.keeper = lookForNeighbours(init, peers, books, neighbours);
    },
    sweep() {
      for (const part of sweeps) part.sweep();
    },
    numbers: {
      get neighbours() {
        return neighbours.size;
      },
      get knownRelays() {
        return directory.size;
      },
      get watchers() {
        return watchers.size;
      },
      get watchedTags() {
        return watchers.tags;
      },
    },
  };
}
