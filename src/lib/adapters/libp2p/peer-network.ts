import type { GossipSub } from '@libp2p/gossipsub';
import type { Connection } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { lpStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Bytes } from '#lib/domain/bytes.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { IceServer } from '#lib/ports/media.ts';
import type { FrameChannel, PeerNetwork, Reservation } from '#lib/ports/peer-network.ts';
import { deviceKeyOf, parseDeviceKey } from '#lib/protocol/key-text.ts';
import { FRAME_MAX_BYTES } from '#lib/protocol/limits.ts';
import type { StreamOptions } from '#lib/patches/optimistic.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { connectionGate } from './connection-gate.ts';
import { libp2pKey } from './device-key.ts';
import { directUpgrade } from './direct-upgrade.ts';
import { networkError } from './failures.ts';
import { errorOf, frameChannel } from './frame-channel.ts';
import { closeIdleCircuits, closeIdleConnections } from './idle-connections.ts';
import { createNode } from './node.ts';
import type { DirectDialler } from './node.ts';
import { openDirect } from './open-direct.ts';
import { openStream } from './open-stream.ts';
import { isDirect } from './relay-gossip.ts';
import type { MayConnect } from './signalling-gate.ts';
import { topicEar } from './topic-ear.ts';
import { wayTo } from './way-to.ts';

/** Channels of one protocol that one peer may have open at once. */
const INBOUND_CHANNELS_MAX = 4;
/** How long a publication waits for a relay that subscribes to the topic, ms, and then for the others. */
const SUBSCRIBER_TIMEOUT_MS = 5_000;
const SUBSCRIBERS_MORE_MS = 400;
/** How long the address of a relay that worked before is tried, ms, when another one was named. */
const WORKED_MOST_MS = 3_000;

export interface PeerNetworkInit {
  readonly device: Signer;
  readonly mayDial: (address: string) => boolean;
  readonly iceServers: () => readonly IceServer[];
  /** Whether there is WebRTC. */
  readonly webrtc: boolean;
}

/** WOXLY's network over libp2p. Resolves when the node has started; it has no relay yet. */
export async function createPeerNetwork(init: PeerNetworkInit): Promise<PeerNetwork> {
  const device = deviceKeyOf(init.device.publicKey);
  let mayConnect: MayConnect = () => false;
  let isKnown: MayConnect = () => false;
  const { libp2p, reservations, dialler } = await createNode({
    privateKey: libp2pKey(init.device),
    gate: connectionGate(init.mayDial),
    iceServers: init.iceServers,
    mayConnect: (peer) => mayConnect(peer),
    isKnown: (peer) => isKnown(peer),
    webrtc: init.webrtc,
  });
  const lost = new Map<RelayId, AbortController>();
  /** The address over which it gave us a reservation. */
  const worked = new Map<RelayId, RelayAddress>();
  const upgrade = directUpgrade(libp2p, (peer) => mayConnect(peer));

  closeIdleCircuits(libp2p, (peer) => isKnown(peer));
  closeIdleConnections(libp2p, (peer) => reservations.hasReservation(peer));

  reservations.addEventListener('relay:removed', ({ detail }) => {
    const relay = detail.relay.toString() as RelayId;
    lost.get(relay)?.abort();
    lost.delete(relay);
  });

  const isConnected = (relay: RelayAddress): boolean =>
    libp2p
      .getConnections(peerIdFromString(relayIdOf(relay)))
      .some(({ status }) => status === 'open');

  const dialRelay = async (relay: RelayAddress, signal: AbortSignal): Promise<Connection> => {
    const target = address(relay);
    // A dial that was given up in this very task would be joined, and end this one with it.
    if (!isConnected(relay)) await raceSignal(nextTask(), signal);
    return libp2p.dial(target, { signal });
  };

  // libp2p has one dial to a peer at a time, which tries one address after the other: whoever waits for a relay would
  // wait for every address that a peer, or the relay itself, names of it, among them those that this network blocks. So
  // the others come after the one that worked, here and in the keeper, whose dial is joined if it is under way.
  const connectRelay = async (relay: RelayAddress, signal: AbortSignal): Promise<Connection> => {
    const before = worked.get(relayIdOf(relay)) ?? relay;
    if (before !== relay && !isConnected(relay)) {
      const most = AbortSignal.timeout(WORKED_MOST_MS);
      const connection = await dialRelay(before, AbortSignal.any([signal, most])).catch(() => null);
      if (connection !== null) return connection;
    }
    return dialRelay(relay, signal);
  };
  // The circuit transport would dial all addresses of a relay that it is not connected to.
  const circuitDialler: DirectDialler = {
    async dial(through, options) {
      const [relay = ''] = String(through).split('/p2p-circuit');
      await connectRelay(relay as RelayAddress, options.signal);
      return dialler.dial(through, options);
    },
  };

  const network: PeerNetwork = {
    device,

    async reserve(relay, signal): Promise<Reservation> {
      try {
        const { remotePeer, remoteAddr } = await dialRelay(relay, signal);
        await raceSignal(reservations.addRelay(remotePeer, 'configured'), signal);
        const id = remotePeer.toString() as RelayId;
        const controller = lost.get(id) ?? new AbortController();
        lost.set(id, controller);
        // Not always the one that was asked for: there may have been a connection over another.
        const used = remoteAddr.toString() as RelayAddress;
        worked.set(id, used);
        return { relay: used, lost: controller.signal };
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    async ask(relay, protocol, request, signal): Promise<Bytes> {
      try {
        const connection = await connectRelay(relay, signal);
        // The answer tells that it is there.
        const options: StreamOptions & { signal: AbortSignal } = { signal, optimistic: true };
        const stream = await connection.newStream(protocol, options);
        try {
          const framed = lpStream(stream, { maxDataLength: FRAME_MAX_BYTES });
          await framed.write(request, { signal });
          const answer = (await framed.read({ signal })).slice();
          stream.close().catch((failure: unknown) => {
            stream.abort(errorOf(failure));
          });
          return answer;
        } catch (failure) {
          // Closed in good order it would wait for the other side, and take one of few places.
          stream.abort(errorOf(failure));
          throw failure;
        }
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    async probe(relay, signal): Promise<number> {
      const peer = peerIdFromString(relayIdOf(relay));
      try {
        // Never dials: what is measured is the connection that is there.
        if (libp2p.getConnections(peer).length === 0) throw new WoxlyError('unreachable');
        return await libp2p.services.ping.ping(peer, { signal });
      } catch (cause) {
        // A ping that cannot be made for another reason (one of the node's own is under way) proves nothing.
        if (signal.aborted) {
          const silent = new Error('the relay does not answer');
          for (const connection of libp2p.getConnections(peer)) connection.abort(silent);
        }
        throw networkError(cause, signal);
      }
    },

    async openRelay(relay, protocol, signal): Promise<FrameChannel> {
      try {
        const connection = await connectRelay(relay, signal);
        const stream = await connection.newStream(protocol, { signal });
        return frameChannel(stream, relayIdOf(relay) as string as DeviceKey);
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    subscribe: topicEar(libp2p.services.pubsub),

    release(relay) {
      worked.delete(relayIdOf(relay));
      libp2p.hangUp(peerIdFromString(relayIdOf(relay))).catch(() => undefined);
    },

    async publish(topic, message): Promise<readonly RelayId[]> {
      const { pubsub } = libp2p.services;
      const relays = () => [...lost.keys()];
      // A relay whose subscription is not known yet is left out.
      await subscribed(pubsub, topic, relays, AbortSignal.timeout(SUBSCRIBER_TIMEOUT_MS));
      try {
        const { recipients } = await pubsub.publish(topic, message);
        const reached = new Set(recipients.map(String));
        return relays().filter((relay) => !reached.has(relay));
      } catch (cause) {
        throw networkError(cause, undefined);
      }
    },

    async open(peer, protocol, relays, { signal, anew = false, only }) {
      try {
        const circuits = distinct(relays, isConnected).map((relay) => circuit(relay, peer));
        const target = { peer, protocol, circuits, anew };
        if (only === 'direct') {
          const direct = await openDirect(libp2p, circuitDialler, upgrade, target, signal);
          return frameChannel(direct, peer, () => wayTo(libp2p, peer));
        }
        const { stream, connection } = await openStream(libp2p, circuitDialler, target, signal);
        if (connection.limits !== undefined) void upgrade(peer, connection);
        return frameChannel(stream, peer, () => wayTo(libp2p, peer));
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    accept(protocol, onChannel, { only } = {}) {
      const handling = libp2p.handle(
        protocol,
        (stream, { remotePeer }) => {
          const peer = parseDeviceKey(remotePeer.toString());
          if (peer === undefined) stream.abort(new Error('not an Ed25519 peer'));
          else onChannel(frameChannel(stream, peer));
        },
        { runOnLimitedConnection: only !== 'direct', maxInboundStreams: INBOUND_CHANNELS_MAX },
      );
      return () => {
        void handling.then(() => libp2p.unhandle(protocol));
      };
    },

    admitDirect(policy) {
      mayConnect = policy;
      for (const connection of libp2p.getConnections()) {
        if (!isDirect(connection.remoteAddr)) continue;
        const peer = parseDeviceKey(connection.remotePeer.toString());
        if (peer === undefined || !policy(peer)) connection.abort(new Error('no longer admitted'));
      }
    },

    keepRoomFor: (policy) => void (isKnown = policy),

    async stop() {
      await libp2p.stop();
    },
  };
  return network;
}

function address(text: string): Multiaddr {
  try {
    return multiaddr(text);
  } catch (cause) {
    throw new WoxlyError('bad-address', { cause });
  }
}

/** Without further addresses of a relay to which there is a connection: over each a circuit of its own would be made. */
function distinct(
  relays: readonly RelayAddress[],
  isConnected: (relay: RelayAddress) => boolean,
): readonly RelayAddress[] {
  const first = (relay: RelayAddress) =>
    relays.find((other) => relayIdOf(other) === relayIdOf(relay));
  return relays.filter((relay) => !isConnected(relay) || relay === first(relay));
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Rejects as soon as the signal aborts; what was started goes on unheard. */
function raceSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(new WoxlyError('aborted', { cause: signal.reason }));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}

/** Resolves once all these relays are known to subscribe to a topic, a moment after the first one, or at the signal. */
function subscribed(
  pubsub: GossipSub,
  topic: string,
  relays: () => readonly RelayId[],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let more: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(more);
      pubsub.removeEventListener('subscription-change', look);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const look = () => {
      const subscribers = new Set(pubsub.getSubscribers(topic).map(String));
      const wanted = relays();
      const there = wanted.filter((relay) => subscribers.has(relay));
      if (there.length === 0) return;
      if (there.length === wanted.length) end();
      else more ??= setTimeout(end, SUBSCRIBERS_MORE_MS);
    };
    pubsub.addEventListener('subscription-change', look);
    signal.addEventListener('abort', end, { once: true });
    look();
  });
}

const circuit = (relay: RelayAddress, peer: DeviceKey): Multiaddr =>
  address(`${relay}/p2p-circuit/p2p/${peer}`);
