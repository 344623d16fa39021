import type { Connection, PrivateKey } from '@libp2p/interface';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { Scope } from '#lib/domain/scope.ts';
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
import type { StoredPresence } from '../presence/presence-store.ts';
import { servePresence } from '../presence/presence-topic.ts';
import type { AddressReach } from '../limits/public-address.ts';
import { serveRelaysTopic } from './relays-topic.ts';
import { hostOf, isLoopback } from '../limits/remote-address.ts';
import { hostShare, sharesOf } from '../limits/share.ts';
import { createWatchers } from '../presence/watchers.ts';

/** What joining has to do with. */
export interface Joining {
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
  readonly scope: Scope;
}

/** Filled while joining: these parts and the earlier ones know each other. */
export interface Late {
  neighbours?: Neighbours;
  keeper?: ReturnType<typeof keepNeighbours>;
}

/** A clock that never goes back, ms. */
const now = (): number => performance.now();
const today = (): number => Date.now();

export interface Peers {
  readonly self: string;
  /** Those that the operator named. */
  readonly given: ReadonlySet<string>;
  connectionTo(peer: string): Connection | undefined;
  hostOf(peer: string): string | undefined;
}

export function peersOf({ node, options }: Joining): Peers {
  const connectionTo = (peer: string): Connection | undefined =>
    node
      .getConnections()
      .find((connection) => connection.remotePeer.toString() === peer && !connection.limits);
  return {
    self: node.peerId.toString(),
    given: new Set(options.peer.flatMap((address) => dialTarget(address)?.peer ?? [])),
    connectionTo,
    hostOf(peer) {
      const connection = connectionTo(peer);
      return connection && hostOf(connection.remoteAddr);
    },
  };
}

export function doubtClock({ log }: Joining): ClockDoubt {
  return createClockDoubt({
    now: today,
    steady: now,
    onChange(state, othersAheadMs) {
      const minutes = Math.round(othersAheadMs / 60_000);
      if (state === 'right') log.info('clock agrees with others');
      else log.warn('clock of this relay seems wrong', { state, othersAheadMinutes: minutes });
    },
  });
}

type Books = ReturnType<typeof openBooks>;

/** What the relay knows: presence records, other relays, itself, and who watches whom. */
export function openBooks(init: Joining, { self, given, hostOf }: Peers, late: Late) {
  const { options, limits } = init;
  const { relay } = init.node.services;
  const isNeighbour = (peer: string): boolean => late.neighbours?.has(peer) === true;
  const store = createPresenceStore({
    maxBytes: options.presenceBytes,
    now: today,
    shareOf(source) {
      if (!isNeighbour(source)) return undefined;
      return given.has(source) ? PRESENCE_SHARE_GIVEN : PRESENCE_SHARE_FOUND;
    },
    addressOf: (source) => {
      const host = hostOf(source);
      return host === undefined || limits.isExempt(host) ? [] : sharesOf(host);
    },
  });
  const directory = createDirectory({
    self,
    now: today,
    rankOf: (peer) => (given.has(peer) ? 'given' : isNeighbour(peer) ? 'neighbour' : 'other'),
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
  return { store, directory, own, descriptors, watchers, onLeft };
}

export async function meetNeighbours(
  { node, options, limits, metrics, scope }: Joining,
  { given, connectionTo }: Peers,
  { store, directory, own, onLeft }: Books,
  direct: Set<string>,
  late: Late,
): Promise<Neighbours> {
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
  scope.add(() => neighbours.stop());
  return neighbours;
}

/** What comes in is told to those who watch, and to neighbours who have not heard it by gossip. */
export function passOn(
  { node }: Joining,
  { store, directory, watchers }: Books,
  neighbours: Neighbours,
  direct: ReadonlySet<string>,
): void {
  const { gossip } = node.services;
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
}

export function noticeDepartures(
  { node, scope }: Joining,
  { connectionTo }: Peers,
  { store, onLeft }: Books,
  neighbours: Neighbours,
): void {
  const departures = createDepartures({
    store,
    isConnected: (peer) => connectionTo(peer) !== undefined,
    onLeft: (record) => onLeft(record, record.publisher),
  });
  scope.add(() => departures.stop());
  node.addEventListener('peer:disconnect', ({ detail: peer }) => {
    neighbours.gone(peer.toString());
    departures.gone(peer.toString());
  });
}

/** Takes part in gossip, and says what this relay is. Returns what has to be swept. */
export async function openTopics(
  { node, limits, metrics, scope }: Joining,
  { hostOf }: Peers,
  { store, directory, own }: Books,
  neighbours: Neighbours,
  clock: ClockDoubt,
): Promise<readonly { sweep(): void }[]> {
  const { gossip } = node.services;
  const presence = servePresence(gossip, {
    store,
    metrics,
    neighbours,
    onOutcome(outcome, message, source) {
      const host = hostOf(source);
      // Peers of this machine, as in a trial of the relay, have one address between them.
      const who = host === undefined || limits.isExempt(host) ? source : hostShare(host);
      clock.note(outcome, PRESENCE_ENVELOPE.decode(message)?.expires, who);
    },
    now,
  });
  const topic = serveRelaysTopic(gossip, { directory, own, neighbours, metrics, now });
  scope.add(() => topic.stop());
  await topic.renew();
  return [presence, topic, { sweep: () => void topic.renew() }];
}

export function lookForNeighbours(
  { options, multiaddrs, dialler, metrics, scope }: Joining,
  { self, connectionTo }: Peers,
  { directory }: Books,
  neighbours: Neighbours,
): ReturnType<typeof keepNeighbours> {
  const keeper = keepNeighbours({
    given: options.peer,
    self,
    most: options.neighbours,
    directory,
    neighbours,
    dialler,
    allowed: reachable(options, multiaddrs),
    connectionTo,
    onDial: (outcome) => metrics.neighbourDials.inc({ outcome }),
    now,
    random: Math.random,
  });
  scope.add(() => keeper.stop());
  keeper.tick();
  return keeper;
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
