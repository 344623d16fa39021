import { gossipsub, StrictSign, TopicValidatorResult } from '@libp2p/gossipsub';
import type { GossipSub, Message } from '@libp2p/gossipsub';
import type { Connection, Libp2p, PeerId } from '@libp2p/interface';
import { insideOf } from '#lib/patches/inside.ts';
import { PRESENCE_TOPIC, RELAYS_TOPIC } from '#lib/protocol/names.ts';
import {
  GOSSIP_BACKLOG_MAX_BYTES,
  GOSSIP_MESSAGE_MAX_BYTES,
  GOSSIP_RPC_MAX_BYTES,
  GOSSIP_SCORE_MEMORY_MS,
  PRESENCE_FORWARDED_PER_MINUTE,
  PRESENCE_MESSAGES_PER_MINUTE,
  PROTOCOL_INBOUND_STREAMS,
} from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Neighbours } from '../neighbours/neighbours.ts';
import { seqnoBytes } from './presence-proof.ts';
import type { PresenceOutcome, PresenceStore } from './presence-store.ts';
import { createRateLimit } from '../limits/rate-limit.ts';

const TOPICS = [PRESENCE_TOPIC, RELAYS_TOPIC];

/** Gossipsub for presence records and relays: signed messages, known topics, capped sizes, scored peers. */
export const relayGossip = () =>
  gossipsub({
    globalSignaturePolicy: StrictSign,
    allowedTopics: TOPICS,
    fallbackToFloodsub: false,
    floodPublish: false,
    doPX: false,
    allowPublishToZeroTopicPeers: true,
    maxInboundStreams: PROTOCOL_INBOUND_STREAMS,
    maxInboundDataLength: GOSSIP_RPC_MAX_BYTES,
    maxOutboundBufferSize: GOSSIP_BACKLOG_MAX_BYTES,
    decodeRpcLimits: {
      maxSubscriptions: 64,
      maxMessages: 32,
      maxIhaveMessageIDs: 512,
      maxIwantMessageIDs: 512,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 32,
      maxPeerInfos: 0,
    },
    scoreParams: {
      // Addresses have limits of their own; the package's would silence everybody behind one busy NAT.
      IPColocationFactorWeight: 0,
      retainScore: GOSSIP_SCORE_MEMORY_MS,
      topics: Object.fromEntries(
        TOPICS.map((topic) => [
          topic,
          {
            topicWeight: 1,
            timeInMeshWeight: 0,
            timeInMeshQuantum: 1000,
            timeInMeshCap: 0,
            firstMessageDeliveriesWeight: 0,
            firstMessageDeliveriesDecay: 0.5,
            firstMessageDeliveriesCap: 1,
            // Presence is sparse: peers that deliver little are not at fault.
            meshMessageDeliveriesWeight: 0,
            meshMessageDeliveriesDecay: 0.5,
            meshMessageDeliveriesCap: 1,
            meshMessageDeliveriesThreshold: 1,
            meshMessageDeliveriesWindow: 10,
            meshMessageDeliveriesActivation: 5000,
            meshFailurePenaltyWeight: 0,
            meshFailurePenaltyDecay: 0.5,
            // Three invalid messages in a row and a peer is not listened to (−90, below −80) for a few seconds.
            invalidMessageDeliveriesWeight: -10,
            invalidMessageDeliveriesDecay: 0.9,
          },
        ]),
      ),
    },
  });

/** Anything else may be a clock that is wrong or a relay that is full, and is nobody's fault. */
const REJECTED: TopicOutcome = 'malformed';
type TopicOutcome = PresenceOutcome | 'not-its-own' | 'too-often';

/** What is used of the package's inside. */
interface PackageGossip {
  /** Peers to whom everything goes, whatever the mesh is. */
  readonly direct: Set<string>;
  createOutboundStream(peer: PeerId, connection: Connection): Promise<void>;
  handlePeerReadStreamError(error: Error, peer: PeerId): void;
}

/**
 * The package opens its streams to peers one after the other: a peer that never answers would hold up everybody
 * else for 10 s. Here only the streams to one and the same peer wait for each other.
 */
function openStreamsSideBySide(gossip: PackageGossip): void {
  const open = gossip.createOutboundStream.bind(gossip);
  const opening = new Map<string, Promise<void>>();
  gossip.createOutboundStream = (peer, connection) => {
    const id = peer.toString();
    const next = (opening.get(id) ?? Promise.resolve()).then(() => open(peer, connection));
    const done = next.finally(() => {
      if (opening.get(id) === done) opening.delete(id);
    });
    opening.set(id, done);
    return Promise.resolve();
  };
}

/**
 * The package opens its stream to a peer once, over the first connection. A peer that comes back over a new one while
 * its dead one is still there would hear nothing more when that is dropped, this relay's subscriptions least of all.
 */
function moveStreams(gossip: PackageGossip, node: GossipNode): void {
  node.addEventListener('connection:close', ({ detail: { remotePeer } }) => {
    const left = liveConnection(node, remotePeer);
    if (left !== undefined) void gossip.createOutboundStream(remotePeer, left);
  });
}

const liveConnection = (node: GossipNode, peer: PeerId): Connection | undefined =>
  node.getConnections(peer).find(({ status, limits }) => status === 'open' && limits === undefined);

type GossipNode = Libp2p<{ gossip: GossipSub }>;

/** Checks that the package is as it was, and mends what it does with slow, oversized and returning peers. */
export function guardGossip(node: GossipNode, metrics: Metrics): { readonly direct: Set<string> } {
  const { gossip } = node.services;
  const inside = insideOf<PackageGossip>('gossip-streams', gossip);
  openStreamsSideBySide(inside);
  moveStreams(inside, node);
  const onReadError = inside.handlePeerReadStreamError.bind(inside);
  inside.handlePeerReadStreamError = (error, peer) => {
    if (error.name === 'InvalidDataLengthError' || error.name === 'InvalidDataLengthLengthError') {
      metrics.streamsDropped.inc({ protocol: 'gossipsub', reason: 'oversized' });
    } else if (liveConnection(node, peer) !== undefined) {
      // The stream went with a dead connection. The package would forget the whole peer, which is there over another.
      return;
    }
    onReadError(error, peer);
  };
  return { direct: inside.direct };
}

/**
 * Subscribes to presence and keeps what is valid. A peer publishes its own records; those of others come through
 * neighbour relays only, so that nobody else can flood with made-up publishers.
 */
export function servePresence(
  gossip: GossipSub,
  init: {
    readonly store: PresenceStore;
    readonly metrics: Metrics;
    readonly neighbours: Pick<Neighbours, 'has' | 'blame'>;
    /** What became of a record that its publisher brought itself. */
    readonly onOutcome: (outcome: PresenceOutcome, message: Uint8Array, source: string) => void;
    /** A clock that never goes back, ms. */
    readonly now: () => number;
  },
): { sweep(): void } {
  const { store, neighbours, now } = init;
  const own = createRateLimit({ perMinute: PRESENCE_MESSAGES_PER_MINUTE, now });
  const forwarded = createRateLimit({ perMinute: PRESENCE_FORWARDED_PER_MINUTE, now });

  const take = (message: Message, source: string): TopicOutcome => {
    if (message.type !== 'signed' || message.from.type !== 'Ed25519') return 'malformed';
    if (message.data.byteLength > GOSSIP_MESSAGE_MAX_BYTES) return 'malformed';
    const publisher = message.from.toString();
    const isNeighbour = neighbours.has(source);
    if (!isNeighbour && publisher !== source) return 'not-its-own';
    if (!(isNeighbour ? forwarded : own).take(source)) return 'too-often';
    const outcome = store.put(message.data, publisher, source, {
      seqno: seqnoBytes(message.sequenceNumber),
      signature: new Uint8Array(message.signature),
    });
    if (!isNeighbour) init.onOutcome(outcome, message.data, source);
    return outcome;
  };

  gossip.topicValidators.set(PRESENCE_TOPIC, (source, message) => {
    const outcome = take(message, source.toString());
    init.metrics.presence.inc({ outcome });
    if (outcome === 'kept') return TopicValidatorResult.Accept;
    if (outcome !== REJECTED) return TopicValidatorResult.Ignore;
    // No relay passes on what it has not checked.
    neighbours.blame(source.toString());
    return TopicValidatorResult.Reject;
  });
  gossip.subscribe(PRESENCE_TOPIC);
  return {
    sweep() {
      own.sweep();
      forwarded.sweep();
    },
  };
}
