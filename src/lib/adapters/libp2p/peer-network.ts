import type { Connection } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { lpStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Bytes } from '#lib/domain/bytes.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { IceServer } from '#lib/ports/media.ts';
import type { PeerNetwork, Reservation } from '#lib/ports/peer-network.ts';
import { deviceKeyOf, parseDeviceKey } from '#lib/protocol/key-text.ts';
import { FRAME_MAX_BYTES } from '#lib/protocol/limits.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { connectionGate } from './connection-gate.ts';
import { libp2pKey } from './device-key.ts';
import { directUpgrade } from './direct-upgrade.ts';
import { networkError } from './failures.ts';
import { errorOf, frameChannel } from './frame-channel.ts';
import { createNode } from './node.ts';
import type { MayConnect } from './signalling-gate.ts';

/** Channels of one protocol that one peer may have open at once. */
const INBOUND_CHANNELS_MAX = 4;
/** How long a publication waits for a relay that subscribes to the topic, ms. */
const SUBSCRIBER_TIMEOUT_MS = 5_000;

export interface PeerNetworkInit {
  readonly device: Signer;
  readonly mayDial: (address: string) => boolean;
  readonly iceServers: () => readonly IceServer[];
}

/** WOXLY's network over libp2p. Resolves when the node has started; it has no relay yet. */
export async function createPeerNetwork(init: PeerNetworkInit): Promise<PeerNetwork> {
  const device = deviceKeyOf(init.device.publicKey);
  let mayConnect: MayConnect = () => false;
  const { libp2p, reservations, dialler } = await createNode({
    privateKey: libp2pKey(init.device),
    gate: connectionGate(init.mayDial),
    iceServers: init.iceServers,
    mayConnect: (peer) => mayConnect(peer),
  });
  const lost = new Map<string, AbortController>();
  const upgrade = directUpgrade(libp2p, (peer) => mayConnect(peer));

  reservations.addEventListener('relay:removed', ({ detail }) => {
    const relay = detail.relay.toString();
    lost.get(relay)?.abort();
    lost.delete(relay);
  });

  const connectRelay = (relay: string, signal: AbortSignal): Promise<Connection> =>
    libp2p.dial(address(relay), { signal });

  const network: PeerNetwork = {
    device,

    async reserve(relay, signal): Promise<Reservation> {
      try {
        const { remotePeer } = await connectRelay(relay, signal);
        await raceSignal(reservations.addRelay(remotePeer, 'configured'), signal);
        const controller = lost.get(remotePeer.toString()) ?? new AbortController();
        lost.set(remotePeer.toString(), controller);
        return { relay, lost: controller.signal };
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    async ask(relay, protocol, request, signal): Promise<Bytes> {
      try {
        const connection = await connectRelay(relay, signal);
        const stream = await connection.newStream(protocol, { signal });
        try {
          const framed = lpStream(stream, { maxDataLength: FRAME_MAX_BYTES });
          await framed.write(request, { signal });
          return (await framed.read({ signal })).slice();
        } finally {
          stream.close().catch((failure: unknown) => {
            stream.abort(errorOf(failure));
          });
        }
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    async publish(topic, message): Promise<void> {
      const { pubsub } = libp2p.services;
      if (pubsub.getSubscribers(topic).length === 0) {
        await nextSubscription(pubsub, AbortSignal.timeout(SUBSCRIBER_TIMEOUT_MS));
      }
      try {
        await pubsub.publish(topic, message);
      } catch (cause) {
        throw networkError(cause, undefined);
      }
    },

    async open(peer, protocol, relays, signal) {
      const over = async (connection: Connection) =>
        frameChannel(
          await connection.newStream(protocol, { signal, runOnLimitedConnection: true }),
          peer,
        );
      const known = libp2p
        .getConnections(peerIdFromString(peer))
        .filter(({ status }) => status === 'open')
        .sort((a, b) => Number(a.limits !== undefined) - Number(b.limits !== undefined));
      for (const connection of known) {
        try {
          const channel = await over(connection);
          if (connection.limits !== undefined) upgrade(peer, connection);
          return channel;
        } catch {
          // A connection that is already dying: the next one, or a new one.
        }
      }
      const losers = new AbortController();
      try {
        const connection = await Promise.any(
          relays.map((relay) => {
            const through = address(`${relay}/p2p-circuit/p2p/${peer}`);
            return dialler.dial(through, { signal: AbortSignal.any([signal, losers.signal]) });
          }),
        );
        losers.abort();
        upgrade(peer, connection);
        return await over(connection);
      } catch (cause) {
        throw networkError(cause, signal);
      }
    },

    accept(protocol, onChannel) {
      const handling = libp2p.handle(
        protocol,
        (stream, { remotePeer }) => {
          const peer = parseDeviceKey(remotePeer.toString());
          if (peer === undefined) stream.abort(new Error('not an Ed25519 peer'));
          else onChannel(frameChannel(stream, peer));
        },
        { runOnLimitedConnection: true, maxInboundStreams: INBOUND_CHANNELS_MAX },
      );
      return () => {
        void handling.then(() => libp2p.unhandle(protocol));
      };
    },

    admitDirect(policy) {
      mayConnect = policy;
    },

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

function nextSubscription(pubsub: EventTarget, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      pubsub.removeEventListener('subscription-change', done);
      resolve();
    };
    pubsub.addEventListener('subscription-change', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
