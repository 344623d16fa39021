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
import { negotiateOptimistically, withOptimisticStreams } from '#lib/protocol/optimistic.ts';
import type { NegotiatedStream } from '#lib/protocol/optimistic.ts';
import { relayGossip } from './relay-gossip.ts';
import { keepTags, renewByPace } from './reservations.ts';
import type { ReservationBook } from './reservations.ts';
import { gateSignalling } from './signalling-gate.ts';
import type { MayConnect } from './signalling-gate.ts';
import { closingWebSockets } from './web-sockets.ts';

/** Pings to one peer at once: our own measurement beside the connection monitor's, which ends a connection it cannot ping. */
const PINGS_AT_ONCE = 2;
/** How long a reservation may take, ms. */
const RESERVATION_TIMEOUT_MS = 10_000;
/** Relays asked for reservations at once: with 1 a dead relay holds up the next for 5 s. */
const RESERVATIONS_AT_ONCE = 4;
/** Streams a peer may open at once on one connection. */
const STREAMS_MAX = 64;
/** New inbound connections a second through one relay; more are dropped (libp2p's own default is 5). */
const INBOUND_PER_SECOND = 30;
/** How often a connection is probed, ms; a dead one is closed after one failed probe. */
const PROBE_MS = 10_000;

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
}

/** A libp2p node for a browser: it holds reservations, is dialled through relays, and publishes presence. */
export async function createNode({
  privateKey,
  gate,
  iceServers,
  mayConnect,
}: NodeInit): Promise<Node> {
  const parts: { reservations?: ReservationBook; dialler?: DirectDialler } = {};
  // Never the package's own STUN servers: those of third parties would learn who is online.
  const rtcConfiguration = () => ({ iceServers: iceServers().map(toRtcServer) });
  const circuit = circuitRelayTransport({
    reservationConcurrency: RESERVATIONS_AT_ONCE,
    reservationCompletionTimeout: RESERVATION_TIMEOUT_MS,
  });

  const libp2p = await createLibp2p({
    privateKey,
    connectionGater: gate,
    // Told to every peer by identify; the default is the browser's whole user agent.
    nodeInfo: { userAgent: 'woxly' },
    transports: [
      closingWebSockets(),
      webRTCDirect({ rtcConfiguration }),
      gateSignalling(webRTC({ rtcConfiguration }), mayConnect),
      (components) => {
        const transport = circuit(components);
        parts.reservations = (
          transport as unknown as { reservationStore: ReservationBook }
        ).reservationStore;
        renewByPace(parts.reservations);
        return transport;
      },
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [
      // A relay answers each request for a circuit.
      () =>
        withOptimisticStreams(yamux({ maxInboundStreams: STREAMS_MAX })(), [RELAY_V2_HOP_CODEC]),
    ],
    connectionManager: {
      // The relay keeper redials, with its own back-off.
      reconnectRetries: 0,
      // Counted per host, and every relayed connection counts as its relay's host.
      inboundConnectionThreshold: INBOUND_PER_SECOND,
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
        parts.dialler = components.transportManager;
        keepTags(components.peerStore);
        encryptAtOnce(components.upgrader);
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
  const upgrader = parts as Upgrader;
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
