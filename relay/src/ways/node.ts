import { circuitRelayServer, RELAY_V2_STOP_CODEC } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import type { ConnectionGater, PrivateKey } from '@libp2p/interface';
import type { Registrar } from '@libp2p/interface-internal';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import type { Libp2pOptions } from 'libp2p';
import { withOptimisticStreams } from '#lib/patches/optimistic.ts';
import { STREAM_WINDOW_BYTES, withStreamBudget } from '#lib/patches/stream-budget.ts';
import type { Budget } from '#lib/patches/stream-budget.ts';
import { leanEvents } from '../process/lean-events.ts';
import {
  HOP_STREAMS_MAX,
  PING_INTERVAL_MS,
  STOP_STREAMS_MAX,
  UPGRADE_TIMEOUT_MS,
  UPGRADES_MAX,
  YAMUX_INBOUND_STREAMS,
} from '../limits/limits.ts';
import { silentLogger } from '../process/log.ts';
import type { RelayOptions } from '../options/options.ts';
import { relayGossip } from '../presence/presence-topic.ts';

leanEvents();

const muxers = yamux({
  maxInboundStreams: YAMUX_INBOUND_STREAMS,
  // The connection monitor asks already, and unlike yamux it closes what does not answer.
  enableKeepAlive: false,
  streamOptions: {
    initialStreamWindowSize: STREAM_WINDOW_BYTES,
    maxStreamWindowSize: STREAM_WINDOW_BYTES,
    maxReadBufferLength: 2 * STREAM_WINDOW_BYTES,
  },
});

/** Takes what comes in; see `node-guard.ts`. */
export interface NodeParts {
  readonly registrar: Registrar;
  readonly upgrader: object;
}

/** libp2p as a relay needs it. Not yet started. */
export const createNode = (init: {
  readonly options: RelayOptions;
  readonly privateKey: PrivateKey;
  readonly gater: ConnectionGater;
  readonly transports: NonNullable<Libp2pOptions['transports']>;
  readonly listen: readonly string[];
  readonly announce: readonly string[];
  readonly version: string;
  readonly budget: Budget;
  /** Given the parts of the node that its public interface does not show. */
  readonly onParts: (parts: NodeParts) => void;
}) =>
  createLibp2p({
    start: false,
    logger: silentLogger(),
    privateKey: init.privateKey,
    nodeInfo: { name: 'woxly-relay', version: init.version },
    addresses: { listen: [...init.listen], announce: [...init.announce] },
    transports: init.transports,
    connectionEncrypters: [noise()],
    // Who is called answers each request for a circuit, so that no stream for one has to be confirmed before.
    streamMuxers: [
      () => withStreamBudget(withOptimisticStreams(muxers(), [RELAY_V2_STOP_CODEC]), init.budget),
    ],
    connectionGater: init.gater,
    connectionManager: {
      maxConnections: init.options.maxConnections,
      // Addresses have limits of their own, which tell the peer; the package's 5 a second closes without a word.
      inboundConnectionThreshold: Number.MAX_SAFE_INTEGER,
      maxIncomingPendingConnections: UPGRADES_MAX,
      inboundUpgradeTimeout: Math.min(UPGRADE_TIMEOUT_MS, init.options.readTimeout),
      inboundStreamProtocolNegotiationTimeout: init.options.readTimeout,
    },
    connectionMonitor: { pingInterval: PING_INTERVAL_MS },
    services: {
      identify: identify(),
      ping: ping(),
      relay: circuitRelayServer({
        hopTimeout: init.options.readTimeout,
        maxInboundHopStreams: HOP_STREAMS_MAX,
        maxOutboundStopStreams: STOP_STREAMS_MAX,
        reservations: {
          maxReservations: init.options.maxReservations,
          reservationTtl: init.options.reservationTtl * 1000,
          defaultDataLimit: BigInt(init.options.circuitBytes),
          // Milliseconds, although the specification and the wire say seconds.
          defaultDurationLimit: init.options.circuitSeconds * 1000,
        },
      }),
      gossip: relayGossip(),
      // Not a service of its own: the door to the parts.
      parts: (parts: NodeParts) => {
        init.onParts(parts);
        return {};
      },
    },
  });

/** The peer store forgets nothing by itself: every peer ID ever seen would stay in memory. */
export function forgetPeers(node: RelayNode): void {
  node.addEventListener('peer:disconnect', ({ detail: peer }) => {
    if (node.getConnections(peer).length === 0) node.peerStore.delete(peer).catch(() => {});
  });
}

export type RelayNode = Awaited<ReturnType<typeof createNode>>;
