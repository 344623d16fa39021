import { gossipsub } from '@libp2p/gossipsub';
import type { GossipSub } from '@libp2p/gossipsub';
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { insideOf } from '#lib/patches/inside.ts';
import { PRESENCE_TOPIC, RELAYS_TOPIC } from '#lib/protocol/names.ts';

/** The largest gossip message that is decoded, bytes. */
const MESSAGE_MAX_BYTES = 8 * 1024;
/**
 * What is decoded of one gossip frame: a relay has two topics, and sends few messages. gossipsub's own
 * defaults are 5,000 of each, room for a flood.
 */
const DECODE_LIMITS = {
  maxSubscriptions: 1024,
  maxMessages: 64,
  maxIhaveMessageIDs: 256,
  maxIwantMessageIDs: 64,
  maxIdontwantMessageIDs: 64,
  maxControlMessages: 32,
  maxPeerInfos: 0,
};
/** Bytes that a peer's subscriptions may take; each costs 1 KiB and its name. */
const TOPIC_BYTES_MAX = 64 * 1024;

/**
 * How often gossip looks after its neighbours, ms, the package's default being 1 s. A page has a few relays for
 * neighbours, which look after it too; what it says goes to all of them at once. Each look wakes a page that lies idle.
 */
const HEARTBEAT_MS = 10_000;

/** How often a stream is tried that does not open, and between two attempts, ms: the package tries once. */
const STREAM_ATTEMPTS = 4;
const STREAM_AGAIN_MS = 2_000;

/** What is used of the package's inside. */
export interface PackageGossip {
  createOutboundStream(peer: PeerId, connection: Connection): Promise<void>;
  onPeerConnected(peer: PeerId, connection: Connection): void;
  onIncomingStream(stream: Stream, connection: Connection): void;
  /** By peer ID. */
  readonly streamsOutbound: ReadonlyMap<string, unknown>;
}

/** Gossipsub for a browser: it tells relays of its person and hears of relays, and never of other people. */
export function relayGossip(): ReturnType<typeof gossipsub> {
  const create = gossipsub({
    // Browsers publish presence and never subscribe to it: they do not receive the firehose.
    allowedTopics: [PRESENCE_TOPIC, RELAYS_TOPIC],
    doPX: false,
    emitSelf: false,
    fallbackToFloodsub: false,
    floodPublish: true,
    globalSignaturePolicy: 'StrictSign',
    heartbeatInterval: HEARTBEAT_MS,
    scoreParams: { decayInterval: HEARTBEAT_MS },
    maxInboundDataLength: MESSAGE_MAX_BYTES,
    maxTopicBytesPerPeer: TOPIC_BYTES_MAX,
    decodeRpcLimits: DECODE_LIMITS,
  });
  return (components): GossipSub => {
    const gossip = create(components);
    withRelaysOnly(insideOf('gossip-neighbours', gossip));
    return gossip;
  };
}

/**
 * Keeps gossip to relays, which are what a browser dials; peers come in, or are dialled by WebRTC. And keeps one
 * connection from holding up the others: the package opens its streams one after the other, and the one to a peer
 * whose network had just gone took ten seconds, in which no relay heard where the person is now.
 */
export function withRelaysOnly(gossip: PackageGossip): void {
  const open = gossip.createOutboundStream.bind(gossip);
  const connected = gossip.onPeerConnected.bind(gossip);
  const incoming = gossip.onIncomingStream.bind(gossip);
  const opening = new Set<string>();
  const openAtLast = async (peer: PeerId, connection: Connection): Promise<void> => {
    for (let attempts = 1; connection.status === 'open'; attempts += 1) {
      await open(peer, connection);
      if (attempts === STREAM_ATTEMPTS || gossip.streamsOutbound.has(peer.toString())) return;
      await new Promise((resolve) => setTimeout(resolve, STREAM_AGAIN_MS));
    }
  };

  gossip.createOutboundStream = (peer, connection) => {
    if (!opening.has(connection.id)) {
      opening.add(connection.id);
      void openAtLast(peer, connection).finally(() => opening.delete(connection.id));
    }
    return Promise.resolve();
  };
  gossip.onPeerConnected = (peer, connection) => {
    if (isRelay(connection)) connected(peer, connection);
  };
  gossip.onIncomingStream = (stream, connection) => {
    if (isRelay(connection)) incoming(stream, connection);
    else stream.abort(new Error('gossip is for relays'));
  };
}

const isRelay = ({ direction, limits, remoteAddr }: Connection): boolean =>
  direction === 'outbound' &&
  limits === undefined &&
  !isDirect(remoteAddr) &&
  !remoteAddr.toString().includes('/p2p-circuit');

/** Whether an address is that of a WebRTC connection to another browser. */
export const isDirect = (address: { toString(): string }): boolean =>
  /\/webrtc(\/|$)/.test(address.toString());
