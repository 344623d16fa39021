import { RELAY_V2_STOP_CODEC } from '@libp2p/circuit-relay-v2';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Connection, Stream } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test } from 'vitest';
import { createCircuitSlots } from '../src/ways/circuit-slots.ts';
import { isLoopback } from '../src/limits/remote-address.ts';
import {
  CIRCUITS_PER_ADDRESS_TO_PEER,
  CIRCUITS_TO_PEER_AT_ONCE,
  STOP_STREAMS_MAX,
} from '../src/limits/limits.ts';
import { eventually } from './eventually.ts';
import {
  aPeer,
  aProxy,
  aReachablePeer,
  aRelay,
  askReservation,
  connect,
  metric,
  through,
} from './peers.ts';

const TOO_MANY = 'woxly_circuits_asked_total{outcome="too-many-of-address"}';
/** A frame with StopMessage { type: STATUS, status: OK } (circuit relay v2 specification). */
const STOP_OK = Uint8Array.of(4, 0x08, 0x01, 0x20, 100);
const most = Array.from({ length: CIRCUITS_PER_ADDRESS_TO_PEER });

/** A relay whose peers seem to come from the addresses that proxies name. */
const aProxiedRelay = (readTimeout = 10_000) =>
  aRelay({ trustedProxy: ['127.0.0.1'], readTimeout });

test('peer IDs of one address cannot fill a peer: it is told so, and others still get through', async () => {
  const relay = await aProxiedRelay();
  const bob = await aReachablePeer(relay);
  const flood = through(await aProxy(relay, '203.0.113.9'), bob);
  const circuits = await Promise.all(most.map(async () => (await aPeer()).dial(flood)));
  const sybil = await aPeer();
  await expect(sybil.dial(flood)).rejects.toThrow(/PERMISSION_DENIED/);
  expect(await metric(relay, TOO_MANY)).toBe(1);

  const alice = await (await aPeer()).dial(through(await aProxy(relay, '203.0.113.10'), bob));
  expect(alice.status).toBe('open');
  expect(circuits.map(({ status }) => status)).toEqual(circuits.map(() => 'open'));
  const carol = await aReachablePeer(relay);
  const elsewhere = through(await aProxy(relay, '203.0.113.9'), carol);
  expect((await sybil.dial(elsewhere)).status, 'another peer is not meant').toBe('open');

  await circuits[0]?.close();
  await eventually(async () => expect((await sybil.dial(flood)).status).toBe('open'), 5_000);
});

test('a peer that never answers costs nobody a slot: the streams to it are cut when it is late', async () => {
  const relay = await aProxiedRelay(200);
  const bob = await aPeer();
  await bob.unhandle(RELAY_V2_STOP_CODEC);
  await bob.handle(RELAY_V2_STOP_CODEC, () => {});
  const connection = await connect(bob, relay);
  // A busy machine may be late for this relay as well.
  await eventually(async () => expect(await askReservation(connection)).toBe(100), 5_000);
  const address = through(await aProxy(relay, '203.0.113.9'), bob);
  const alice = await aPeer();
  for (const _ of [...most, ...most]) await expect(alice.dial(address)).rejects.toThrow();
  expect(await metric(relay, TOO_MANY)).toBe(0);
  await eventually(() => {
    const open = connection.streams.filter(({ protocol }) => protocol === RELAY_V2_STOP_CODEC);
    expect(open).toHaveLength(0);
  });
});

test('who hangs up before the answer leaves no stream behind at the other end', async () => {
  const relay = await aProxiedRelay();
  const bob = await aPeer();
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<Stream>();
  await bob.unhandle(RELAY_V2_STOP_CODEC);
  await bob.handle(RELAY_V2_STOP_CODEC, (stream) => onAsked(stream));
  await askReservation(await connect(bob, relay));
  const alice = await aPeer();
  const dialling = alice.dial(through(await aProxy(relay, '203.0.113.9'), bob));
  const failed = expect(dialling).rejects.toThrow();
  const stop = await asked;
  const cut = new Promise((resolve) => stop.addEventListener('close', resolve));
  await alice.stop();
  await failed;
  await eventually(async () => expect(await metric(relay, 'woxly_connections')).toBe(1));
  stop.send(STOP_OK);
  await cut;
});

const aPeerId = async () => peerIdFromPrivateKey(await generateKeyPair('Ed25519'));

test('an IPv6 /64 counts as one address, loopback is exempt, and a request that ends gives back its slot', async () => {
  const slots = createCircuitSlots({ limits: { isExempt: isLoopback }, now: () => 0 });
  const bob = await aPeerId();
  const stream = { status: 'open' } as Stream;
  /** Asks from `address`, sees the answer, and waits for `end`. */
  const ask = (address: string, end: Promise<undefined>): boolean => {
    const connection = {
      remoteAddr: multiaddr(`${address}/tcp/1/ws`),
      remotePeer: { toString: () => `somebody at ${address}` },
    } as Connection;
    let taken = false;
    void slots.during(stream, connection, () => {
      taken = slots.take(bob) === 'allowed';
      return end;
    });
    return taken;
  };
  const { promise: end, resolve: finish } = Promise.withResolvers<undefined>();
  expect(most.map((_, n) => ask(`/ip6/2001:db8:0:1::${n + 1}`, end))).toEqual(most.map(() => true));
  expect(ask('/ip6/2001:db8:0:1:ffff::9', end)).toBe(false);
  expect(ask('/ip6/2001:db8:0:2::1', end)).toBe(true);
  expect([...most, 1].map(() => ask('/ip4/127.0.0.1', end))).not.toContain(false);
  expect(slots.take(bob), 'nothing is asked for').not.toBe('allowed');
  finish(undefined);
  await eventually(() => expect(ask('/ip6/2001:db8:0:1:ffff::9', end)).toBe(true));
});

test('many who ask on and on hold up nobody who asks seldom', async () => {
  const slots = createCircuitSlots({ limits: { isExempt: isLoopback }, now: () => 0 });
  const bob = await aPeerId();
  const stream = { status: 'closed' } as Stream;
  const ask = (who: string) => {
    const connection = {
      remoteAddr: multiaddr('/ip4/127.0.0.1/tcp/1/ws'),
      remotePeer: { toString: () => who },
    } as Connection;
    return slots.during(stream, connection, () => Promise.resolve(slots.take(bob)));
  };
  const outcomes = [];
  for (let count = 0; count < 2 * CIRCUITS_TO_PEER_AT_ONCE; count += 1) {
    outcomes.push(await ask(`stranger ${count % 5}`));
  }
  expect(outcomes.at(-1)).toBe('too-often');
  expect(await ask('alice')).toBe('allowed');
  expect(await ask('carol')).toBe('allowed');
});

test('it takes many addresses to fill a peer', () => {
  expect(STOP_STREAMS_MAX / CIRCUITS_PER_ADDRESS_TO_PEER).toBeGreaterThanOrEqual(10);
});
