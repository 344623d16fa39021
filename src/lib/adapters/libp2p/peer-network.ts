import { peerIdFromString } from '@libp2p/peer-id';
import { lpStream } from '@libp2p/utils';
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
import { openDirect } from './open-direct.ts';
import { openStream } from './open-stream.ts';
import { raceSignal } from './race-signal.ts';
import { addressOf, relayDials } from './relay-dials.ts';
import { isDirect } from './relay-gossip.ts';
import type { MayConnect } from './signalling-gate.ts';
import { subscribed } from './subscribed.ts';
import { topicEar } from './topic-ear.ts';
import { wayTo } from './way-to.ts';

/** Channels of one protocol that one peer may have open at once. */
const INBOUND_CHANNELS_MAX = 4;

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
  const upgrade = directUpgrade(libp2p, (peer) => mayConnect(peer));

  closeIdleCircuits(libp2p, (peer) => isKnown(peer));
  closeIdleConnections(libp2p, (peer) => reservations.hasReservation(peer));

  reservations.addEventListener('relay:removed', ({ detail }) => {
    const relay = detail.relay.toString() as RelayId;
    lost.get(relay)?.abort();
    lost.delete(relay);
  });

  const relays = relayDials(libp2p, dialler);

  const network: PeerNetwork = {
    device,

    async reserve(relay, signal): Promise<Reservation> {
      try {
        const { remotePeer, remoteAddr } = await relays.dial(relay, signal);
        await raceSignal(reservations.addRelay(remotePeer, 'configured'), signal);
        const id = remotePeer.toString() as RelayId;
        const controller = lost.get(id) ?? new AbortController();
        lost.set(id, controller);
        // Not always the one that was asked for: there may have been a connection over another.
        const used = remoteAddr.toString() as RelayAddress;
        relays.prefer(used);
        return { relay: used, lost: controller.signal };
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    async ask(relay, protocol, request, signal): Promise<Bytes> {
      try {
        const connection = await relays.connect(relay, signal);
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
        const connection = await relays.connect(relay, signal);
        const stream = await connection.newStream(protocol, { signal });
        return frameChannel(stream, relayIdOf(relay) as string as DeviceKey);
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    subscribe: topicEar(libp2p.services.pubsub),

    release(relay) {
      relays.forget(relay);
      libp2p.hangUp(peerIdFromString(relayIdOf(relay))).catch(() => undefined);
    },

    async publish(topic, message): Promise<readonly RelayId[]> {
      const { pubsub } = libp2p.services;
      const reserved = () => [...lost.keys()];
      // A relay whose subscription is not known yet is left out.
      await subscribed(pubsub, topic, reserved);
      try {
        const { recipients } = await pubsub.publish(topic, message);
        const reached = new Set(recipients.map(String));
        return reserved().filter((relay) => !reached.has(relay));
      } catch (cause) {
        throw networkError(cause, undefined);
      }
    },

    async open(peer, protocol, through, { signal, anew = false, only }) {
      try {
        const circuits = relays.distinct(through).map((relay) => circuit(relay, peer));
        const target = { peer, protocol, circuits, anew };
        if (only === 'direct') {
          const direct = await openDirect(libp2p, relays.circuits, upgrade, target, signal);
          return frameChannel(direct, peer, () => wayTo(libp2p, peer));
        }
        const { stream, connection } = await openStream(libp2p, relays.circuits, target, signal);
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

const circuit = (relay: RelayAddress, peer: DeviceKey): Multiaddr =>
  addressOf(`${relay}/p2p-circuit/p2p/${peer}`);
