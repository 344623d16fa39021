import { circuitRelayServer } from '@libp2p/circuit-relay-v2';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Libp2p, PrivateKey } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { peerIdFromString } from '@libp2p/peer-id';
import { ping } from '@libp2p/ping';
import { lpStream } from '@libp2p/utils';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { expect, test, vi } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { generatePair, signerOf } from '#lib/protocol/ed25519.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { RELAYS_TOPIC, TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { ECHO_PROTOCOL, peerNetworkContract } from '#lib/testing/peer-network-contract.ts';
import { createPeerNetwork } from './peer-network.ts';

/** A relay of its own for the contract: the real one lives outside `src`. */
async function aRelay(key?: PrivateKey) {
  const relay = await createLibp2p({
    privateKey: key ?? (await generateKeyPair('Ed25519')),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      ping: ping(),
      circuit: circuitRelayServer(),
      pubsub: gossipsub({ floodPublish: true, allowPublishToZeroTopicPeers: true }),
    },
  });
  relay.services.pubsub.subscribe(RELAYS_TOPIC);
  const world = { frozen: false };
  await relay.handle(ECHO_PROTOCOL, async (stream) => {
    const framed = lpStream(stream);
    for (;;) {
      const frame = await framed.read().catch(() => undefined);
      if (frame === undefined) return;
      if (!world.frozen) await framed.write(frame.slice());
    }
  });
  const freeze = async () => {
    world.frozen = true;
    // Answers no ping any more, and takes the streams all the same.
    await relay.unhandle('/ipfs/ping/1.0.0');
    await relay.handle('/ipfs/ping/1.0.0', () => undefined);
  };
  return { relay, freeze };
}

async function aNetwork() {
  return createPeerNetwork({
    device: signerOf(await generatePair()),
    mayDial: () => true,
    iceServers: () => [],
    webrtc: true,
  });
}

const addressOf = (relay: Pick<Libp2p, 'getMultiaddrs'>): RelayAddress =>
  (relay.getMultiaddrs()[0]?.toString() ?? '') as RelayAddress;

peerNetworkContract('libp2p', async () => {
  const { relay, freeze } = await aRelay();
  const network = await aNetwork();
  const address = addressOf(relay);
  const nobody = deviceKeyOf((await generatePair()).publicKey);
  const { pubsub } = relay.services;
  const isSubscribed = () =>
    pubsub.getSubscribers(RELAYS_TOPIC).some((peer) => peer.toString() === network.device);
  return {
    network,
    relay: address,
    nowhere: `/ip4/127.0.0.1/tcp/1/ws/p2p/${nobody}` as RelayAddress,
    topic: RELAYS_TOPIC,
    async gossip(message) {
      await new Promise<void>((resolve) => {
        const look = () => {
          if (!isSubscribed()) return;
          pubsub.removeEventListener('subscription-change', look);
          resolve();
        };
        pubsub.addEventListener('subscription-change', look);
        look();
      });
      await pubsub.publish(RELAYS_TOPIC, message);
    },
    freeze: () => void freeze(),
    async stop() {
      await network.stop();
      await relay.stop();
    },
  };
});

test('a browser passes no gossip on: what one relay says does not reach another through it', async () => {
  const [one, two] = [await aRelay(), await aRelay()];
  const network = await aNetwork();
  try {
    const heard: number[] = [];
    let whenHeard = (): void => undefined;
    network.subscribe(RELAYS_TOPIC, ([value = 0]) => {
      heard.push(value);
      whenHeard();
    });
    for (const { relay } of [one, two]) {
      const address = addressOf(relay);
      await network.reserve(address, AbortSignal.timeout(10_000));
    }
    const hears = (relay: typeof one.relay) =>
      relay.services.pubsub.getSubscribers(RELAYS_TOPIC).length > 0;
    const heartbeats = async (count: number) => {
      for (let beats = 0; beats < count; beats += 1) {
        await new Promise((resolve) => {
          two.relay.services.pubsub.addEventListener('gossipsub:heartbeat', resolve, {
            once: true,
          });
        });
      }
    };
    const passedOn: unknown[] = [];
    two.relay.services.pubsub.addEventListener('gossipsub:message', ({ detail }) => {
      passedOn.push(detail);
    });
    // Once each knows of the other's subscription their meshes take a heartbeat to form.
    while (!hears(one.relay) || !hears(two.relay)) await heartbeats(1);
    await heartbeats(2);
    const arrived = new Promise<void>((resolve) => (whenHeard = resolve));
    await one.relay.services.pubsub.publish(RELAYS_TOPIC, Uint8Array.of(1));
    await arrived;
    await heartbeats(2);
    expect(heard).toEqual([1]);
    expect(passedOn).toEqual([]);
  } finally {
    await network.stop();
    await Promise.all([one.relay.stop(), two.relay.stop()]);
  }
}, 20_000);

test('a relay that was lost is dialled by the address that worked, also if a peer names another of its own', async () => {
  const { relay } = await aRelay();
  const [caller, callee] = [await aNetwork(), await aNetwork()];
  try {
    const works = addressOf(relay);
    const { lost } = await caller.reserve(works, AbortSignal.timeout(10_000));
    await callee.reserve(works, AbortSignal.timeout(10_000));
    callee.accept(ECHO_PROTOCOL, () => undefined);
    const gone = new Promise((resolve) => {
      lost.addEventListener('abort', resolve, { once: true });
    });
    await relay.hangUp(peerIdFromString(caller.device));
    await gone;
    const named = `/ip4/127.0.0.1/tcp/1/ws/p2p/${relay.peerId.toString()}` as RelayAddress;
    const signal = AbortSignal.timeout(10_000);
    const channel = await caller.open(callee.device, ECHO_PROTOCOL, [named], { signal });
    expect(channel.device).toBe(callee.device);
  } finally {
    await Promise.all([caller.stop(), callee.stop()]);
    await relay.stop();
  }
}, 20_000);

test('a relay that has moved is dialled at the address that is named', async () => {
  const key = await generateKeyPair('Ed25519');
  const before = await aRelay(key);
  const network = await aNetwork();
  const ask = (address: RelayAddress) =>
    network.ask(address, ECHO_PROTOCOL, Uint8Array.of(7), AbortSignal.timeout(10_000));
  try {
    const old = addressOf(before.relay);
    const { lost } = await network.reserve(old, AbortSignal.timeout(10_000));
    const gone = new Promise((resolve) => {
      lost.addEventListener('abort', resolve, { once: true });
    });
    await before.relay.stop();
    await gone;
    const { relay } = await aRelay(key);
    try {
      expect(await ask(addressOf(relay))).toEqual(Uint8Array.of(7));
    } finally {
      await relay.stop();
    }
  } finally {
    await network.stop();
  }
}, 20_000);

test('a reservation tells the address that it came over, and a relay known by two gets one circuit', async () => {
  const { relay } = await aRelay();
  const [caller, callee] = [await aNetwork(), await aNetwork()];
  try {
    const address = addressOf(relay);
    const other = address.replace('/ip4/127.0.0.1/', '/dns4/localhost/') as RelayAddress;
    const signal = AbortSignal.timeout(10_000);
    await caller.ask(other, ECHO_PROTOCOL, Uint8Array.of(7), signal);
    expect((await caller.reserve(address, signal)).relay).toBe(other);
    await callee.reserve(address, signal);
    callee.accept(ECHO_PROTOCOL, () => undefined);
    const asked = vi.spyOn(
      relay.services.circuit as unknown as { handleConnect(): unknown },
      'handleConnect',
    );
    await caller.open(callee.device, ECHO_PROTOCOL, [address, other], { signal });
    expect(asked).toHaveBeenCalledTimes(1);
  } finally {
    await Promise.all([caller.stop(), callee.stop()]);
    await relay.stop();
  }
}, 20_000);

test('a question in a protocol that a relay does not know fails, though nobody waited to be told', async () => {
  const { relay } = await aRelay();
  const network = await aNetwork();
  try {
    const address = addressOf(relay);
    const signal = AbortSignal.timeout(10_000);
    const asking = network.ask(address, TURN_PROTOCOL, Uint8Array.of(1), signal);
    await expect(asking).rejects.toThrow('unreachable');
    expect(signal.aborted).toBe(false);
  } finally {
    await network.stop();
    await relay.stop();
  }
}, 20_000);
