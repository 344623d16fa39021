import { networkInterfaces } from 'node:os';
import type { PrivateKey } from '@libp2p/interface';
import type { Scope } from '#lib/domain/scope.ts';
import type { Budget } from '#lib/patches/stream-budget.ts';
import { createAddressLimits } from './limits/address-limits.ts';
import { announcedAddresses } from './ways/addresses.ts';
import type { Bound } from './ways/addresses.ts';
import { loadCertificate } from './ways/certificate.ts';
import type { DtlsCertificate } from './ways/certificate.ts';
import type { ClockDoubt } from './presence/clock-doubt.ts';
import { createCircuitSlots } from './ways/circuit-slots.ts';
import { circuitStreams } from './ways/circuit-streams.ts';
import { createCpuBudget } from './limits/cpu-budget.ts';
import { createDialler } from './neighbours/dialler.ts';
import type { Description } from './http/endpoints.ts';
import { createGater } from './ways/gater.ts';
import { guardHopRequests } from './ways/hop-guard.ts';
import { sweepUnfinished } from './process/keep-file.ts';
import { STOP_GRACE_MS, SWEEP_INTERVAL_MS } from './limits/limits.ts';
import type { Membership } from './neighbours/join-network.ts';
import { checkUdpPort, listen } from './http/listen.ts';
import { lockFolder } from './process/lock-folder.ts';
import type { Log } from './process/log.ts';
import { serveLookups } from './presence/lookup.ts';
import { isLoopbackExempt } from './limits/loopback-exempt.ts';
import type { Metrics } from './http/metrics.ts';
import { chargeGossip, guardNode } from './ways/node-guard.ts';
import { createNode, forgetPeers } from './ways/node.ts';
import type { RelayNode } from './ways/node.ts';
import type { Neighbours } from './neighbours/neighbours.ts';
import type { RelayOptions } from './options/options.ts';
import type { Pages } from './http/pages.ts';
import { createPublicPort } from './ways/public-port.ts';
import { guardReservations } from './ways/reservations.ts';
import { turnPlace } from './turn/place.ts';
import { serveTurn } from './turn/serve-turn.ts';
import { startTurnServer } from './turn/turn-server.ts';
import type { TurnServer } from './turn/turn-server.ts';
import { createWebSocketEntry } from './ways/websocket-entry.ts';
import { limitedWebRtcDirect } from './ways/webrtc-entry.ts';
import { version } from './version.ts';

/** What every step of a start has to do with. */
export interface Start {
  readonly options: RelayOptions;
  readonly log: Log;
  readonly scope: Scope;
  readonly metrics: Metrics;
}

/** What answers requests once it is there: the public port is open before the node runs. */
export interface Running {
  node?: RelayNode;
  turn?: TurnServer;
  description?: Description;
  clock?: ClockDoubt;
  neighbours?: Pick<Neighbours, 'has' | 'hasHost'>;
}

/** A clock that never goes back, ms. */
const now = (): number => performance.now();

/** Who may do how much. What is counted is forgotten in time. */
export function createGuards({ options, scope, metrics }: Start, running: Running) {
  const limitsInit = { ...options, exemptLoopback: isLoopbackExempt(options), now };
  const limits = createAddressLimits(limitsInit);
  const webrtcLimits = createAddressLimits(limitsInit);
  const cpu = createCpuBudget({ limits, now, neighbours: () => running.neighbours });
  const circuits = createCircuitSlots({ limits, now });
  const dialler = createDialler({
    connect: (address, signal) =>
      running.node?.dial(address, { signal }) ?? Promise.reject(new Error('not running')),
  });
  const { maxConnections } = options;
  const { ipOf } = dialler;
  const entry = createWebSocketEntry({ limits, cpu, maxConnections, metrics, now, ipOf });
  const swept: { sweep(): void }[] = [limits, webrtcLimits, metrics, cpu, circuits];
  const sweeping = setInterval(() => {
    for (const part of swept) part.sweep();
  }, SWEEP_INTERVAL_MS);
  scope.add(() => clearInterval(sweeping));
  const sweep = (part: { sweep(): void }): void => void swept.push(part);
  return { limits, webrtcLimits, cpu, circuits, dialler, entry, sweep };
}

type Guards = ReturnType<typeof createGuards>;

/** The port is taken first: when it is in use, nothing else has happened yet. */
export async function openPublicPort(
  { options, log, scope, metrics }: Start,
  running: Running,
  { limits, entry, sweep }: Guards,
  pages: Pages,
): Promise<{ readonly host: string; readonly port: number }> {
  const isRunning = (): boolean => running.node?.status === 'started';
  const reservations = (): number => running.node?.services.relay.reservations.size ?? 0;
  const publicPort = createPublicPort({
    options,
    limits,
    metrics,
    log,
    pages,
    now,
    accepts: () => isRunning() && reservations() < options.maxReservations,
    clock: () => running.clock?.state ?? 'right',
    turn: () => running.turn?.state ?? 'off',
    description: () => (isRunning() ? running.description : undefined),
    onUpgrade: entry.upgrade,
  });
  sweep(publicPort);
  const { server } = publicPort;
  const bound = await listen(server, options.host, options.port);
  scope.add(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  scope.add(() => entry.close());
  return bound;
}

/** One relay at a time has the data folder. */
export async function claimData({ options, log, scope }: Start): Promise<void> {
  scope.add(lockFolder(options.data, log));
  await sweepUnfinished(options.data);
}

/** Where peers come in, and what is announced of that. */
interface Ways {
  readonly announce: readonly string[];
  readonly webrtc?: { readonly listen: string; readonly certificate: DtlsCertificate };
}

export async function findWays(
  { options }: Start,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Ways> {
  if (!options.webrtcDirect) {
    return { announce: announcedAddresses({ host, port }, options, networkInterfaces()) };
  }
  const udp = { host: options.webrtcHost || host, port: options.webrtcPort || port };
  const certificate = await loadCertificate(options.data);
  await checkUdpPort(udp.host, udp.port);
  const bound: Bound = { host, port, webrtc: { ...udp, certhash: certificate.certhash } };
  const family = udp.host.includes(':') ? 'ip6' : 'ip4';
  return {
    announce: announcedAddresses(bound, options, networkInterfaces()),
    webrtc: { listen: `/${family}/${udp.host}/udp/${udp.port}/webrtc-direct`, certificate },
  };
}

export async function runTurn(
  { options, log, scope, metrics }: Start,
  running: Running,
  host: string,
): Promise<TurnServer> {
  const turn = await startTurnServer({
    options,
    place: turnPlace(options, host, networkInterfaces()),
    anyPort: options.port === 0,
    log,
    onRefused: (reason) => metrics.turnRefused.inc({ reason }),
  });
  scope.add(() => turn.stop());
  running.turn = turn;
  metrics.watchTurn(turn);
  return turn;
}

/** The libp2p node with its limits, not yet started. */
export async function createGuardedNode(
  { options, scope, metrics }: Start,
  { limits, webrtcLimits, cpu, circuits, dialler, entry }: Guards,
  { announce, webrtc }: Ways,
  privateKey: PrivateKey,
): Promise<RelayNode> {
  const budget: Budget = { now, onExcess: (reason) => metrics.connectionsCut.inc({ reason }) };
  const node: RelayNode = await createNode({
    options,
    privateKey,
    version,
    announce,
    budget,
    onParts: (parts) => guardNode(parts, { cpu, budget, metrics }),
    listen: [
      '/ip4/127.0.0.1/tcp/0/ws', // never opened: see websocket-entry.ts
      ...(webrtc ? [webrtc.listen] : []),
    ],
    transports: [
      entry.transport,
      ...(webrtc ? [limitedWebRtcDirect({ ...webrtc, limits: webrtcLimits, metrics })] : []),
    ],
    gater: createGater({
      dials: dialler,
      circuitsOf: (source) => circuitStreams(node, source) - 1,
      circuitsPerSource: options.circuitsPerSource,
      takeSlot: (destination) => circuits.take(destination),
      onCircuit: (outcome) => metrics.circuitsAsked.inc({ outcome }),
      onRefused: (reason) => metrics.connectionsRefused.inc({ transport: 'any', reason }),
    }),
  });
  guardHopRequests(node.services.relay, metrics, circuits);
  guardReservations(node.services.relay, node, {
    limits,
    options,
    connectionsOf: (peer) => node.getConnections(peer),
    metrics,
  });
  forgetPeers(node);
  scope.add(() =>
    // Peers hear of it first; whoever does not answer is cut off when the HTTP server closes.
    Promise.race([
      node.stop(),
      new Promise((resolve) => setTimeout(resolve, STOP_GRACE_MS).unref()),
    ]),
  );
  return node;
}

/** The protocols that peers ask this relay by. */
export async function serve(
  { options, metrics }: Start,
  { cpu, limits, sweep }: Guards,
  node: RelayNode,
  network: Membership,
  turn: TurnServer,
): Promise<void> {
  chargeGossip(node.services.gossip, { cpu, metrics, connectionTo: network.connectionTo });
  sweep(network);
  await serveLookups(node, network.store, metrics, options.readTimeout);
  const sweepTurn = await serveTurn(node, turn, {
    metrics,
    limits,
    readTimeoutMs: options.readTimeout,
    now,
    time: () => Date.now(),
  });
  sweep({ sweep: sweepTurn });
}

export async function goLive(
  { metrics }: Start,
  running: Running,
  node: RelayNode,
  network: Membership,
): Promise<void> {
  await node.start();
  running.node = node;
  await network.start();
  const { store, numbers, clock } = network;
  metrics.watch({
    reservations: () => node.services.relay.reservations.size,
    circuits: () => circuitStreams(node),
    connections: () => node.getConnections().length,
    presenceRecords: () => store.size,
    presenceBytes: () => store.bytes,
    neighbours: () => numbers.neighbours,
    knownRelays: () => numbers.knownRelays,
    watchers: () => numbers.watchers,
    watchedTags: () => numbers.watchedTags,
    clockBehind: () => clock.othersAheadMs,
  });
}
