import { circuitRelayTransport, RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2';
import type { GossipSub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Identify } from '@libp2p/identify';
import type { Connection, ConnectionGater, Libp2p, PeerStore, PrivateKey } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import type { Ping } from '@libp2p/ping';
import { webRTC, webRTCDirect } from '@libp2p/webrtc';
import { yamux } from '@libp2p/yamux';
import type { Multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import type { IceServer } from '#lib/ports/media.ts';
import { negotiateOptimistically, withOptimisticStreams } from '#lib/patches/optimistic.ts';
import type { NegotiatedStream } from '#lib/patches/optimistic.ts';
import {
  STREAM_WINDOW_BYTES,
  STREAMS_AT_ONCE,
  withStreamBudget,
} from '#lib/patches/stream-budget.ts';
import { insideOf } from '#lib/patches/inside.ts';
import { guardUpgrades } from '#lib/patches/upgrade-guard.ts';
import { inboundRoom } from './inbound-room.ts';
import { relayGossip } from './relay-gossip.ts';
import { keepTags, renewByPace } from './reservations.ts';
import type { ReservationBook } from './reservations.ts';
import { gateSignalling, gateStreams } from './signalling-gate.ts';
import type { MayConnect } from './signalling-gate.ts';
import { closingWebSockets } from './web-sockets.ts';

/** Pings to one peer at once: our own measurement beside the connection monitor's, which ends a connection it cannot ping. */
const PINGS_AT_ONCE = 2;
/** How long a reservation may take, ms. */
const RESERVATION_TIMEOUT_MS = 10_000;
/** Relays asked for reservations at once: with 1 a dead relay holds up the next for 5 s. */
const RESERVATIONS_AT_ONCE = 4;
/** Handshakes under way at once, and connections: above what `inbound-room.ts` and `idle-connections.ts` leave to strangers. */
const HANDSHAKES_MAX = 64;
const CONNECTIONS_MAX = 300;
/**
 * How often a connection is probed, ms; a dead one is closed after one failed probe. The keeper of relays probes at once
 * where something tells that the network has changed, or a call breaks; this finds what nothing told of.
 */
const PROBE_MS = 20_000;

const muxers = yamux({
  // The connection monitor probes already.
  enableKeepAlive: false,
  maxInboundStreams: STREAMS_AT_ONCE,
  streamOptions: {
    initialStreamWindowSize: STREAM_WINDOW_BYTES,
    maxStreamWindowSize: STREAM_WINDOW_BYTES,
  },
});

/** `noise().protocol` of its one version. */
const NOISE = '/noise';

/** Makes connections of what transports dial. */
interface Upgrader {
  upgradeOutbound(
    connection: NegotiatedStream,
    options: { readonly skipEncryption?: boolean },
  ): Promise<Connection>;
}

/** Dials one address, past the dial queue: several addresses of one peer at the same time. */
export interface DirectDialler {
  dial(address: Multiaddr, options: { signal: AbortSignal }): Promise<Connection>;
}

export interface Node {
  readonly libp2p: Libp2p<{ identify: Identify; ping: Ping; pubsub: GossipSub }>;
  readonly reservations: ReservationBook;
  readonly dialler: DirectDialler;
}

export interface NodeInit {
  readonly privateKey: PrivateKey;
  readonly gate: ConnectionGater;
  /** Asked for every connection, so that fresh TURN credentials are used at once. */
  readonly iceServers: () => readonly IceServer[];
  readonly mayConnect: MayConnect;
  /** Whose connections never wait for those of strangers. */
  readonly isKnown: MayConnect;
  /** Whether there is WebRTC. Without it all goes over WebSockets to relays, and circuits through them. */
  readonly webrtc: boolean;
}

/** A libp2p node for a browser: it holds reservations, is dialled through relays, and publishes presence. */
export async function createNode({
  privateKey,
  gate,
  iceServers,
  mayConnect,
  isKnown,
  webrtc,
}: NodeInit): Promise<Node> {
  const parts: { reservations?: ReservationBook; dialler?: DirectDialler } = {};
  // Never the package's own STUN servers: those of third parties would learn who is online.
  const rtcConfiguration = () => ({ iceServers: iceServers().map(toRtcServer) });
  const relayed = circuitRelayTransport({
    reservationConcurrency: RESERVATIONS_AT_ONCE,
    reservationCompletionTimeout: RESERVATION_TIMEOUT_MS,
  });
  // The package takes circuits from everybody: over one, a stranger could say that they come from a contact.
  const circuit = gateStreams(
    relayed,
    ({ direction, limits }) => direction === 'outbound' && limits === undefined,
  );
  const now = (): number => performance.now();

  const libp2p = await createLibp2p({
    privateKey,
    connectionGater: gate,
    // Told to every peer by identify; the default is the browser's whole user agent.
    nodeInfo: { userAgent: 'woxly' },
    transports: [
      closingWebSockets(),
      ...(webrtc
        ? [
            webRTCDirect({ rtcConfiguration }),
            gateSignalling(webRTC({ rtcConfiguration }), mayConnect),
          ]
        : []),
      (components) => {
        const transport = circuit(components);
        parts.reservations = insideOf<{ reservationStore: ReservationBook }>(
          'own-reservations',
          transport,
        ).reservationStore;
        renewByPace(parts.reservations);
        return transport;
      },
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [
      // A relay answers each request for a circuit.
      () => withStreamBudget(withOptimisticStreams(muxers(), [RELAY_V2_HOP_CODEC]), { now }),
    ],
    connectionManager: {
      // The relay keeper redials, with its own back-off.
      reconnectRetries: 0,
      maxConnections: CONNECTIONS_MAX,
      maxIncomingPendingConnections: HANDSHAKES_MAX,
      // Counted per host, and every relayed connection counts as its relay's host: see `inbound-room.ts`.
      inboundConnectionThreshold: Number.MAX_SAFE_INTEGER,
    },
    connectionMonitor: { pingInterval: PROBE_MS, abortConnectionOnPingFailure: true },
    services: {
      identify: identify(),
      ping: ping({ maxOutboundStreams: PINGS_AT_ONCE }),
      pubsub: relayGossip(),
      // Not a service of its own: the door to the parts that the public interface does not show.
      parts: (components: {
        transportManager: DirectDialler;
        upgrader: object;
        peerStore: PeerStore;
      }) => {
        parts.dialler = insideOf('direct-dials', components.transportManager);
        keepTags(components.peerStore);
        encryptAtOnce(components.upgrader);
        guardUpgrades(components, { now, admit: inboundRoom({ isKnown, now }) });
        return {};
      },
    },
  });
  if (parts.reservations === undefined || parts.dialler === undefined) {
    throw new Error('libp2p did not make its transports');
  }
  return { libp2p, reservations: parts.reservations, dialler: parts.dialler };
}

/** A connection that we dial is encrypted by the one way that we know, without asking first whether it will do. */
function encryptAtOnce(parts: object): void {
  const upgrader = insideOf<Upgrader>('outbound-upgrades', parts);
  const upgradeOutbound = upgrader.upgradeOutbound.bind(upgrader);
  upgrader.upgradeOutbound = (connection, options) => {
    if (options.skipEncryption !== true) negotiateOptimistically(connection, NOISE);
    return upgradeOutbound(connection, options);
  };
}

function toRtcServer({ urls, username, credential }: IceServer): RTCIceServer {
  return {
    urls: [...urls],
    ...(username !== undefined && { username }),
    ...(credential !== undefined && { credential }),
  };
}
