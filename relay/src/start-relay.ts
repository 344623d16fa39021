import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Budget } from '#lib/patches/stream-budget.ts';
import { createAddressLimits } from './limits/address-limits.ts';
import {
  announcedAddresses,
  hostAsked,
  isPlainHttps,
  nearestFirst,
  openUrl,
} from './ways/addresses.ts';
import type { Bound } from './ways/addresses.ts';
import { loadAppFiles } from './http/app-files.ts';
import { loadCertificate } from './ways/certificate.ts';
import type { ClockDoubt } from './presence/clock-doubt.ts';
import { createCircuitSlots } from './ways/circuit-slots.ts';
import { circuitStreams } from './ways/circuit-streams.ts';
import { createCpuBudget } from './limits/cpu-budget.ts';
import { describeRelay } from './http/describe-relay.ts';
import { createDialler } from './neighbours/dialler.ts';
import type { Description } from './http/endpoints.ts';
import { createGater } from './ways/gater.ts';
import { guardHopRequests } from './ways/hop-guard.ts';
import { loadIdentity } from './process/identity.ts';
import { sweepUnfinished } from './process/keep-file.ts';
import { STOP_GRACE_MS, SWEEP_INTERVAL_MS } from './limits/limits.ts';
import { joinNetwork } from './neighbours/join-network.ts';
import { checkUdpPort, listen } from './http/listen.ts';
import { lockFolder } from './process/lock-folder.ts';
import { createLog } from './process/log.ts';
import type { Log } from './process/log.ts';
import { serveLookups } from './presence/lookup.ts';
import { isLoopbackExempt } from './limits/loopback-exempt.ts';
import { createMetrics } from './http/metrics.ts';
import { chargeGossip, guardNode } from './ways/node-guard.ts';
import { createNode, forgetPeers } from './ways/node.ts';
import type { RelayNode } from './ways/node.ts';
import type { Neighbours } from './neighbours/neighbours.ts';
import { defaultOptions } from './options/options.ts';
import type { RelayOptions } from './options/options.ts';
import { widestFirst } from './neighbours/own-descriptor.ts';
import { createPages } from './http/pages.ts';
import { createPublicPort } from './ways/public-port.ts';
import { guardReservations } from './ways/reservations.ts';
import { turnPlace } from './turn/place.ts';
import { serveTurn } from './turn/serve-turn.ts';
import { startTurnServer } from './turn/turn-server.ts';
import type { TurnServer } from './turn/turn-server.ts';
import { createWebSocketEntry } from './ways/websocket-entry.ts';
import { limitedWebRtcDirect } from './ways/webrtc-entry.ts';

/** A running relay. */
export interface Relay {
  /** What to open in a browser. */
  readonly url: string;
  /** Where peers dial it, each ending in `/p2p/PEER-ID`. */
  readonly multiaddrs: readonly string[];
  readonly peerId: string;
  /** Whether there is an app to serve. */
  readonly hasApp: boolean;
  /** The STUN and TURN server beside it; `state` is `off` where there is none. */
  readonly turn: TurnServer;
  /** Its figures as they are now, in Prometheus' text; `/metrics` tells those of the last second. */
  figures(): Promise<string>;
  /** Counts an error that nothing was prepared for. */
  countUnexpected(): void;
  /** Ends everything within 2 s. */
  stop(): Promise<void>;
}

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };
export { version };

/**
 * Starts a relay. Options that are not given are as `--help` says.
 * @throws {OptionError} when an option cannot be had, such as a port in use.
 */
export async function startRelay(
  given: Partial<RelayOptions> = {},
  log: Log = createLog('error', (line) => void process.stderr.write(line)),
): Promise<Relay> {
  const options: RelayOptions = { ...defaultOptions(), ...given };
  const undo: (() => unknown)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await start(options, log, undo, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function start(
  options: RelayOptions,
  log: Log,
  undo: (() => unknown)[],
  stopAll: () => Promise<void>,
): Promise<Relay> {
  const privateKey = await loadIdentity(options.data);
  const files = await loadAppFiles(options.app);
  const pages = createPages(files, { hasTls: isPlainHttps(options.publicUrl) });
  const metrics = createMetrics();
  undo.push(() => metrics.stop());

  const now = (): number => performance.now();
  const limitsInit = { ...options, exemptLoopback: isLoopbackExempt(options), now };
  const limits = createAddressLimits(limitsInit);
  const webrtcLimits = createAddressLimits(limitsInit);
  const cpu = createCpuBudget({ limits, now, neighbours: () => running.neighbours });
  const circuits = createCircuitSlots({ limits, now });
  const sweeps = [limits, webrtcLimits, metrics, cpu, circuits].map((part) => () => part.sweep());
  const sweeping = setInterval(() => {
    for (const sweep of sweeps) sweep();
  }, SWEEP_INTERVAL_MS);
  undo.push(() => clearInterval(sweeping));

  const dialler = createDialler({
    connect: (address, signal) =>
      running.node?.dial(address, { signal }) ?? Promise.reject(new Error('not running')),
  });
  const entry = createWebSocketEntry({
    limits,
    cpu,
    maxConnections: options.maxConnections,
    metrics,
    now,
    ipOf: dialler.ipOf,
  });
  /** What answers requests once the node runs. */
  const running: {
    node?: RelayNode;
    turn?: TurnServer;
    description?: Description;
    clock?: ClockDoubt;
    neighbours?: Pick<Neighbours, 'has' | 'hasHost'>;
  } = {};
  const isRunning = (): boolean => running.node?.status === 'started';
  const { server: http, sweep: sweepHttp } = createPublicPort({
    options,
    limits,
    metrics,
    log,
    pages,
    now: () => performance.now(),
    accepts: () =>
      isRunning() &&
      (running.node?.services.relay.reservations.size ?? 0) < options.maxReservations,
    clock: () => running.clock?.state ?? 'right',
    turn: () => running.turn?.state ?? 'off',
    description: () => (isRunning() ? running.description : undefined),
    onUpgrade: entry.upgrade,
  });
  sweeps.push(sweepHttp);
  // The port is taken first: when it is in use, nothing else has happened yet.
  const { host, port } = await listen(http, options.host, options.port);
  undo.push(() => {
    http.closeAllConnections();
    return new Promise((resolve) => http.close(resolve));
  });
  undo.push(() => entry.close());
  undo.push(lockFolder(options.data, log));
  await sweepUnfinished(options.data);

  const webrtcHost = options.webrtcHost || host;
  const webrtcPort = options.webrtcPort || port;
  const certificate = options.webrtcDirect ? await loadCertificate(options.data) : undefined;
  if (certificate !== undefined) await checkUdpPort(webrtcHost, webrtcPort);
  const bound: Bound = {
    host,
    port,
    ...(certificate && {
      webrtc: { host: webrtcHost, port: webrtcPort, certhash: certificate.certhash },
    }),
  };
  const announce = announcedAddresses(bound, options, networkInterfaces());

  const turn = await startTurnServer({
    options,
    place: turnPlace(options, host, networkInterfaces()),
    anyPort: options.port === 0,
    log,
    onRefused: (reason) => metrics.turnRefused.inc({ reason }),
  });
  undo.push(() => turn.stop());
  running.turn = turn;
  metrics.watchTurn(turn);

  const budget: Budget = { now, onExcess: (reason) => metrics.connectionsCut.inc({ reason }) };
  const relayNode = await createNode({
    options,
    privateKey,
    version,
    announce,
    budget,
    onParts: (parts) => guardNode(parts, { cpu, budget, metrics }),
    listen: [
      '/ip4/127.0.0.1/tcp/0/ws', // never opened: see websocket-entry.ts
      ...(certificate
        ? [
            `/${webrtcHost.includes(':') ? 'ip6' : 'ip4'}/${webrtcHost}/udp/${webrtcPort}/webrtc-direct`,
          ]
        : []),
    ],
    transports: [
      entry.transport,
      ...(certificate ? [limitedWebRtcDirect({ certificate, limits: webrtcLimits, metrics })] : []),
    ],
    gater: createGater({
      dials: dialler,
      circuitsOf: (source) => circuitStreams(relayNode, source) - 1,
      circuitsPerSource: options.circuitsPerSource,
      takeSlot: (destination) => circuits.take(destination),
      onCircuit: (outcome) => metrics.circuitsAsked.inc({ outcome }),
      onRefused: (reason) => metrics.connectionsRefused.inc({ transport: 'any', reason }),
    }),
  });
  const { relay } = relayNode.services;
  guardHopRequests(relay, metrics, circuits);
  guardReservations(relay, relayNode, {
    limits,
    options,
    connectionsOf: (peer) => relayNode.getConnections(peer),
    metrics,
  });
  forgetPeers(relayNode);
  const peerId = relayNode.peerId.toString();
  const multiaddrs = announce.map((address) => `${address}/p2p/${peerId}`);
  const network = await joinNetwork({
    node: relayNode,
    options,
    privateKey,
    version,
    multiaddrs,
    dialler,
    limits,
    metrics,
    hasTurn: () => turn.available,
    log,
  });
  running.clock = network.clock;
  running.neighbours = network.neighbours;
  chargeGossip(relayNode.services.gossip, { cpu, metrics, connectionTo: network.connectionTo });
  const { store, numbers } = network;
  sweeps.push(() => network.sweep());
  await serveLookups(relayNode, store, metrics, options.readTimeout);
  const sweepTurn = await serveTurn(relayNode, turn, {
    metrics,
    limits,
    readTimeoutMs: options.readTimeout,
    now,
    time: () => Date.now(),
  });
  sweeps.push(sweepTurn);
  await relayNode.start();
  undo.push(() =>
    // Peers hear of it first; whoever does not answer is cut off when the HTTP server closes.
    Promise.race([
      relayNode.stop(),
      new Promise((resolve) => setTimeout(resolve, STOP_GRACE_MS).unref()),
    ]),
  );
  undo.push(() => network.stop());
  running.node = relayNode;
  await network.start();
  metrics.watch({
    reservations: () => relay.reservations.size,
    circuits: () => circuitStreams(relayNode),
    connections: () => relayNode.getConnections().length,
    presenceRecords: () => store.size,
    presenceBytes: () => store.bytes,
    neighbours: () => numbers.neighbours,
    knownRelays: () => numbers.knownRelays,
    watchers: () => numbers.watchers,
    watchedTags: () => numbers.watchedTags,
    clockBehind: () => network.clock.othersAheadMs,
  });

  running.description = {
    hostOf: (header) => hostAsked(multiaddrs, header),
    to: (host) =>
      describeRelay(options, {
        peerId,
        multiaddrs: nearestFirst(widestFirst(multiaddrs), host),
        version,
        turn: turn.available,
        numbers,
      }),
  };
  log.info('started', { version, webrtcDirect: certificate !== undefined, app: pages.hasApp });

  return {
    url: openUrl(options, port),
    multiaddrs,
    peerId,
    hasApp: pages.hasApp,
    turn,
    figures: metrics.text,
    countUnexpected: () => metrics.unexpected.inc(),
    async stop() {
      await stopAll();
      log.info('stopped');
    },
  };
}
