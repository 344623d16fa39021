import type { CircuitRelayService } from '@libp2p/circuit-relay-v2';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Libp2pEvents, MultiaddrConnection, TypedEventTarget } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test, vi } from 'vitest';
import { PRESENCE_TOPIC } from '#lib/protocol/names.ts';
import { createAddressLimits } from '../src/limits/address-limits.ts';
import { createGater } from '../src/ways/gater.ts';
import { createMetrics } from '../src/http/metrics.ts';
import { guardGossip } from '../src/presence/presence-topic.ts';
import { guardReservations } from '../src/ways/reservations.ts';
import { eventually } from './eventually.ts';
import {
  aPeer,
  aReachablePeer,
  aRelay,
  askReservation,
  connect,
  metric,
  through,
} from './peers.ts';
import type { Peer } from './peers.ts';

const anEd25519Peer = async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'));

test('when a peer leaves, its reservation goes with its timer, which would end a later one of the same peer', async () => {
  const peer = await anEd25519Peer();
  const clear = vi.fn();
  const reservations = new Map([[peer, { signal: { clear } }]]);
  const relay = { reservations, reservationStore: { reserve: vi.fn() } };
  const events = new EventTarget();
  const metrics = createMetrics();
  guardReservations(
    relay as unknown as CircuitRelayService,
    events as unknown as TypedEventTarget<Libp2pEvents>,
    {
      metrics,
      options: { reservationsPerAddress: 1, maxReservations: 1 },
      connectionsOf: () => [],
      limits: createAddressLimits({
        connectionsPerMinute: 1,
        connectionsPerAddress: 1,
        exemptLoopback: false,
        now: () => 0,
      }),
    },
  );
  events.dispatchEvent(new CustomEvent('peer:disconnect', { detail: await anEd25519Peer() }));
  expect(reservations.size).toBe(1);
  events.dispatchEvent(new CustomEvent('peer:disconnect', { detail: peer }));
  expect(reservations.size).toBe(0);
  expect(clear).toHaveBeenCalledOnce();
  metrics.stop();
});

function aGater() {
  const told: string[] = [];
  const gater = createGater({
    dials: { mayDial: () => false, mayDialPeer: () => false },
    circuitsOf: () => 0,
    circuitsPerSource: 1,
    takeSlot: () => 'allowed',
    onCircuit: (outcome) => told.push(outcome),
    onRefused: (reason) => told.push(reason),
  });
  return { gater, told };
}
const connectionTo = (address: string) =>
  ({ remoteAddr: multiaddr(address) }) as MultiaddrConnection;

test('a connection is refused when it is not the peer that its address names', async () => {
  const { gater, told } = aGater();
  const [bob, mallory] = [await anEd25519Peer(), await anEd25519Peer()];
  const address = connectionTo(`/ip4/203.0.113.1/tcp/1/ws/p2p/${bob.toString()}`);
  expect(await gater.denyInboundEncryptedConnection?.(bob, address)).toBe(false);
  expect(await gater.denyInboundEncryptedConnection?.(mallory, address)).toBe(true);
  expect(
    await gater.denyInboundEncryptedConnection?.(
      mallory,
      connectionTo('/ip4/203.0.113.1/tcp/1/ws'),
    ),
  ).toBe(false);
  expect(told).toEqual(['other-peer']);
});

test('nothing makes a relay dial', async () => {
  const { gater } = aGater();
  expect(await gater.denyDialPeer?.(await anEd25519Peer())).toBe(true);
  expect(await gater.denyDialMultiaddr?.(multiaddr('/ip4/203.0.113.1/tcp/1/ws'))).toBe(true);
});

test('circuits to peers whose ID is not Ed25519 are refused', async () => {
  const { gater, told } = aGater();
  const rsa = peerIdFromPrivateKey(await generateKeyPair('RSA', 2048));
  expect(await gater.denyOutboundRelayedConnection?.(await anEd25519Peer(), rsa)).toBe(true);
  expect(
    await gater.denyOutboundRelayedConnection?.(await anEd25519Peer(), await anEd25519Peer()),
  ).toBe(false);
  expect(told).toEqual(['not-ed25519', 'allowed']);
});

test('a peer that comes back over a new socket is reached there, not over the dead one', async () => {
  // Room for three, so that who calls comes in only when the dead socket has given its place back.
  const relay = await aRelay({ exemptLoopback: false, connectionsPerAddress: 3 });
  const privateKey = await generateKeyPair('Ed25519');
  const old = await connect(await aPeer({ privateKey, deaf: true }), relay);
  await askReservation(old);
  const bystander = await connect(await aPeer(), relay);
  const cut = new Promise((resolve) => old.addEventListener('close', resolve));
  const back = await aReachablePeer(relay, { privateKey });
  expect((await (await aPeer()).dial(through(relay, back))).status).toBe('open');
  await cut;
  expect(await metric(relay, 'woxly_connections_replaced_total')).toBe(1);
  expect(await metric(relay, 'woxly_reservations')).toBe(1);
  expect(bystander.status).toBe('open');
  expect(await askReservation(bystander), 'a single connection stays').toBe(100);
  expect(bystander.status).toBe('open');
});

test.each([1, 2, 3])(
  'a peer that comes back hears gossip over its new socket, beside %s dead ones',
  async (dead) => {
    const relay = await aRelay();
    const privateKey = await generateKeyPair('Ed25519');
    const topic = PRESENCE_TOPIC;
    const hearsRelay = ({ services: { gossip } }: Peer) =>
      eventually(() => {
        expect(gossip.getSubscribers(topic).map(String)).toEqual([relay.peerId]);
      });
    const comes = async () => {
      const peer = await aPeer({ privateKey });
      const connection = await connect(peer, relay);
      await eventually(() => {
        expect(connection.streams.map(({ protocol }) => protocol).join()).toMatch(/meshsub/);
      });
      return { peer, connection };
    };
    for (let before = 0; before < dead; before += 1) {
      const { peer } = await comes();
      if (before === 0) await hearsRelay(peer);
    }
    // The relay takes its stream for open already: over a dead socket.
    const { peer, connection } = await comes();
    await askReservation(connection);
    await hearsRelay(peer);
  },
);

test.each([
  ['remembers', 'open', 0],
  ['forgets', 'closed', 1],
] as const)(
  'gossip %s a peer one of whose streams breaks while its other connection is %s',
  (_, status, times) => {
    const forget = vi.fn();
    const gossip = {
      direct: new Set(),
      createOutboundStream: vi.fn(),
      handlePeerReadStreamError: forget,
    };
    const node = {
      services: { gossip },
      addEventListener: vi.fn(),
      getConnections: () => [{ status }],
    };
    const metrics = createMetrics();
    guardGossip(node as unknown as Parameters<typeof guardGossip>[0], metrics);
    gossip.handlePeerReadStreamError(new Error('the connection was cut'), 'a peer');
    expect(forget).toHaveBeenCalledTimes(times);
    metrics.stop();
  },
);
