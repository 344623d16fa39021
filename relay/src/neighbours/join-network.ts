import type { Connection, PrivateKey } from '@libp2p/interface';
import type { Bytes } from '#lib/domain/bytes.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { RELAY_LIST_MAX } from '#lib/protocol/limits.ts';
import { PRESENCE_TOPIC } from '#lib/protocol/names.ts';
import { relayHostOf } from '#lib/protocol/relay-address.ts';
import type { AddressLimits } from '../limits/address-limits.ts';
import { createClockDoubt } from '../presence/clock-doubt.ts';
import type { ClockDoubt } from '../presence/clock-doubt.ts';
import { createDepartures } from '../presence/departures.ts';
import { dialTarget } from './dial-target.ts';
import type { Dialler } from './dialler.ts';
import { createDirectory } from './directory.ts';
import { keepNeighbours } from './keep-neighbours.ts';
import { PRESENCE_SHARE_FOUND, PRESENCE_SHARE_GIVEN } from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Log } from '../process/log.ts';
import { createNeighbours } from './neighbours.ts';
import type { Neighbours } from './neighbours.ts';
import type { RelayNode } from '../ways/node.ts';
import type { RelayOptions } from '../options/options.ts';
import { createOwnDescriptor } from './own-descriptor.ts';
import { createPresenceExchange } from '../presence/presence-exchange.ts';
import { createPresenceStore } from '../presence/presence-store.ts';
import type { PresenceStore, StoredPresence } from '../presence/presence-store.ts';
import { guardGossip, servePresence } from '../presence/presence-topic.ts';
import type { AddressReach } from '../limits/public-address.ts';
import { serveRelayList } from './relay-list.ts';
import { serveRelaysTopic } from './relays-topic.ts';
import { hostOf, isLoopback } from '../limits/remote-address.ts';
import { hostShare, sharesOf } from '../limits/share.ts';
import { serveWatches } from '../presence/watch.ts';
import { createWatchers } from '../presence/watchers.ts';

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
  stop(): void;
  readonly numbers: {
    readonly neighbours: number;
    readonly knownRelays: number;
    readonly watchers: number;
    readonly watchedTags: number;
  };
}

/** Who behind an address of the directory may be dialled: oneself and one's own network only when asked, or alone. */
function reachable(
  options: Pick<RelayOptions, 'privatePeers'>,
  multiaddrs: readonly string[],
): (reach: AddressReach) => boolean {
  const alone =
    multiaddrs.length > 0 && multiaddrs.every((address) => isLoopback(relayHostOf(address)));
  return (reach) =>
    reach === 'public' ||
    (reach === 'private' && options.privatePeers) ||
    (reach === 'loopback' && alone);
}

export async function joinNetwork(init: {
  readonly node: RelayNode;
  readonly options: RelayOptions;
  readonly privateKey: PrivateKey;
  readonly version: string;
  readonly multiaddrs: readonly string[];
  readonly dialler: Dialler;
  readonly limits: Pick<AddressLimits, 'isExempt'>;
  readonly metrics: Metrics;
  readonly hasTurn: () => boolean;
  readonly log: Log;
}): Promise<Membership> {
  const { node, options, metrics, limits } = init;
  const { gossip, relay } = node.services;
  const self = node.peerId.toString();
  const now = (): number => performance.now();
  const today = (): number => Date.now();
  const given = new Set(options.peer.flatMap((address) => dialTarget(address)?.peer ?? []));
  const connectionTo = (peer: string): Connection | undefined =>
    node
      .getConnections()
      .find((connection) => connection.remotePeer.toString() === peer && !connection.limits);

  const hostOfPeer = (peer: string): string | undefined => {
    const connection = connectionTo(peer);
    return connection && hostOf(connection.remoteAddr);
  };
  const clock = createClockDoubt({
    now: today,
    steady: now,
    onChange(state, othersAheadMs) {
      const minutes = Math.round(othersAheadMs / 60_000);
      if (state === 'right') init.log.info('clock agrees with others');
      else init.log.warn('clock of this relay seems wrong', { state, othersAheadMinutes: minutes });
    },
  });

  /** Filled below: everything here knows each other. */
  const late: { neighbours?: Neighbours; keeper?: ReturnType<typeof keepNeighbours> } = {};
  const store = createPresenceStore({
    maxBytes: options.presenceBytes,
    now: today,
    shareOf(source) {
      if (late.neighbours?.has(source) !== true) return undefined;
      return given.has(source) ? PRESENCE_SHARE_GIVEN : PRESENCE_SHARE_FOUND;
    },
    addressOf: (source) => {
      const host = hostOfPeer(source);
      return host === undefined || limits.isExempt(host) ? [] : sharesOf(host);
    },
  });
  const directory = createDirectory({
    self,
    now: today,
    rankOf: (peer) =>
      given.has(peer) ? 'given' : late.neighbours?.has(peer) === true ? 'neighbour' : 'other',
  });
  const own = createOwnDescriptor({
    privateKey: init.privateKey,
    multiaddrs: init.multiaddrs,
    operator: options.operator,
    version: init.version,
    state: () => ({
      reservations: relay.reservations.size,
      reservationsMax: options.maxReservations,
      turn: init.hasTurn(),
    }),
    now: today,
    random: Math.random,
  });
  const descriptors = (): readonly Bytes[] => {
    const ours = own.sealed === undefined ? [] : [own.sealed];
    return [...ours, ...directory.list(RELAY_LIST_MAX - 1)];
  };
  const watchers = createWatchers({ store, isExempt: limits.isExempt });

  /** A publisher is gone: those who watch hear of it, and so do other relays. */
  const onLeft = (record: StoredPresence, source: string): void => {
    watchers.left(record.tag);
    late.neighbours?.left(record, (peer) => peer === source);
  };
  const exchange = createPresenceExchange({
    store,
    directory,
    metrics,
    topic: PRESENCE_TOPIC,
    isConnected: (peer) => connectionTo(peer) !== undefined,
    // Gossip knows nothing of what came this way.
    onKept: (record) => late.neighbours?.record(record, (peer) => peer === record.source),
    onLeft,
    now,
  });
  const { direct } = guardGossip(node, metrics);
  const neighbours = await createNeighbours({
    node,
    given,
    directory,
    descriptor: () => own.sealed,
    isExempt: limits.isExempt,
    known: () => store.all(),
    take: exchange,
    onChange(peer, isThere) {
      // Gossip goes to neighbours always, whoever else fills its mesh.
      if (isThere) direct.add(peer);
      else {
        direct.delete(peer);
        late.keeper?.lost(peer);
      }
    },
    onTell: (what) => metrics.forwarded.inc({ what }),
    timeoutMs: options.readTimeout,
    now,
  });
  late.neighbours = neighbours;

  /** What came by gossip, gossip passes on to those who listen to it. */
  const hears = (peer: string, topic: string): boolean =>
    direct.has(peer) &&
    gossip.getSubscribers(topic).some((subscriber) => subscriber.toString() === peer);
  store.watch((record) => {
    watchers.changed(record.tag, record.publisher);
    neighbours.record(record, (peer) => peer === record.source || hears(peer, PRESENCE_TOPIC));
  });

  // A descriptor comes in a greeting too, and few change: told once more, it is known already.
  directory.watch((known, source) =>
    neighbours.relay(known, (peer) => peer === source || peer === known.peer),
  );
  const departures = createDepartures({
    store,
    isConnected: (peer) => connectionTo(peer) !== undefined,
    onLeft: (record) => onLeft(record, record.publisher),
  });
  node.addEventListener('peer:disconnect', ({ detail: peer }) => {
    neighbours.gone(peer.toString());
    departures.gone(peer.toString());
  });
  const { readTimeout } = options;
  await serveRelayList(node, descriptors, metrics, readTimeout);
  const watches = await serveWatches(node, { watchers, metrics, readTimeoutMs: readTimeout, now });

  const sweeps: { sweep(): void }[] = [store, directory, neighbours, watches];
  const stops: { stop(): void }[] = [departures, neighbours];
  return {
    store,
    clock,
    neighbours,
    connectionTo,
    async start() {
      const presence = servePresence(gossip, {
        store,
        metrics,
        neighbours,
        onOutcome(outcome, message, source) {
          const host = hostOfPeer(source);
          // Peers of this machine, as in a trial of the relay, have one address between them.
          const who = host === undefined || limits.isExempt(host) ? source : hostShare(host);
          clock.note(outcome, PRESENCE_ENVELOPE.decode(message)?.expires, who);
        },
        now,
      });
      const topic = serveRelaysTopic(gossip, {
        directory,
        own,
        neighbours,
        metrics,
        now,
      });
      await topic.renew();
      const keeper = keepNeighbours({
        given: options.peer,
        self,
        most: options.neighbours,
        directory,
        neighbours,
        dialler: init.dialler,
        allowed: reachable(options, init.multiaddrs),
        connectionTo,
        onDial: (outcome) => metrics.neighbourDials.inc({ outcome }),
        now,
        random: Math.random,
      });
      late.keeper = keeper;
      keeper.tick();
      sweeps.push(presence, topic, { sweep: () => void topic.renew() });
      stops.push(topic, keeper);
    },
    sweep() {
      for (const part of sweeps) part.sweep();
    },
    stop() {
      for (const part of stops.reverse()) part.stop();
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
