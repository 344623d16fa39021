import { gossipsub, StrictSign, TopicValidatorResult } from '@libp2p/gossipsub';
import type { GossipSub } from '@libp2p/gossipsub';
import type { Connection, PeerId } from '@libp2p/interface';
import { presenceTopic } from '#lib/protocol/names.ts';
import {
  GOSSIP_BACKLOG_MAX_BYTES,
  GOSSIP_MESSAGE_MAX_BYTES,
  GOSSIP_RPC_MAX_BYTES,
  GOSSIP_SCORE_MEMORY_MS,
  PROTOCOL_INBOUND_STREAMS,
} from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { PresenceOutcome, PresenceStore } from './presence-store.ts';

/** The shards this relay serves: one in a small network. */
const SHARDS = [0];
const TOPICS = SHARDS.map(presenceTopic);

/** Gossipsub for presence records: signed messages, known topics, capped sizes, scored peers. */
export const presenceGossip = () =>
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
const REJECTED: PresenceOutcome = 'malformed';

/** What is used of the package's inside; {@link servePresence} checks that it is there. */
interface PackageGossip {
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

/** Subscribes to the shards and keeps what is valid. */
export function servePresence(gossip: GossipSub, store: PresenceStore, metrics: Metrics): void {
  const inside = gossip as unknown as PackageGossip;
  if (
    typeof inside.createOutboundStream !== 'function' ||
    typeof inside.handlePeerReadStreamError !== 'function'
  ) {
    throw new Error('@libp2p/gossipsub has changed: its streams can no longer be guarded');
  }
  openStreamsSideBySide(inside);
  const onReadError = inside.handlePeerReadStreamError.bind(inside);
  inside.handlePeerReadStreamError = (error, peer) => {
    if (error.name === 'InvalidDataLengthError' || error.name === 'InvalidDataLengthLengthError') {
      metrics.streamsDropped.inc({ protocol: 'gossipsub', reason: 'oversized' });
    }
    onReadError(error, peer);
  };

  for (const topic of TOPICS) {
    gossip.topicValidators.set(topic, (source, message) => {
      const valid =
        message.type === 'signed' &&
        message.from.type === 'Ed25519' &&
        message.data.byteLength <= GOSSIP_MESSAGE_MAX_BYTES;
      const outcome = valid
        ? store.put(message.data, message.from.toString(), source.toString())
        : 'malformed';
      metrics.presence.inc({ outcome });
      if (outcome === 'kept') return TopicValidatorResult.Accept;
      return outcome === REJECTED ? TopicValidatorResult.Reject : TopicValidatorResult.Ignore;
    });
    gossip.subscribe(topic);
  }
}
