import { connect as connectSocket } from 'node:net';
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Connection } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, onTestFinished, test } from 'vitest';
import { PRESENCE_TAG_BYTES } from '#lib/protocol/limits.ts';
import { CALL_PROTOCOL, LOOKUP_PROTOCOL, PRESENCE_TOPIC } from '#lib/protocol/names.ts';
import {
  GOSSIP_RPC_MAX_BYTES,
  HOP_REQUEST_MAX_BYTES,
  LOOKUP_REQUEST_MAX_BYTES,
} from '../src/limits/limits.ts';
import { eventually } from './eventually.ts';
import {
  UPGRADE_REQUEST,
  addressOf,
  aPeer,
  aRelay,
  askReservation,
  connect,
  lookUp,
  metric,
  through,
  aReachablePeer,
} from './peers.ts';
import type { Peer } from './peers.ts';

const HOP_PROTOCOL = '/libp2p/circuit/relay/0.2.0/hop';
const GOSSIP_PROTOCOL = '/meshsub/1.2.0';
const A_TAG = new Uint8Array(PRESENCE_TAG_BYTES);
const dropped = (protocol: string, reason: string) =>
  `woxly_streams_dropped_total{protocol="${protocol}",reason="${reason}"}`;

/** Sends a frame to the lookup protocol and waits until the relay has cut the stream. */
async function sendLookupFrame(connection: Connection, frame: Uint8Array): Promise<void> {
  const stream = await connection.newStream([LOOKUP_PROTOCOL]);
  const cut = new Promise((resolve) => stream.addEventListener('close', resolve));
  stream.send(frame);
  await cut;
  expect(stream.status).toBe('reset');
}

/** Whether the relay still answers this peer. */
const isServed = async (connection: Connection) => (await lookUp(connection, [A_TAG])).length === 0;

test.each([
  ['malformed', 'a frame that is no request', Uint8Array.of(3, 0xff, 0xff, 0xff)],
  ['malformed', 'a tag that is too short', Uint8Array.of(4, 0x0a, 2, 1, 1)],
  [
    'oversized',
    'a length above the limit',
    Uint8Array.of(
      0x80 | ((LOOKUP_REQUEST_MAX_BYTES + 1) & 0x7f),
      (LOOKUP_REQUEST_MAX_BYTES + 1) >> 7,
    ),
  ],
  ['oversized', 'a length that does not end', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ['oversized', 'more bytes than a request', new Uint8Array(200_000).fill(0xff)],
])(
  'a lookup that is %s (%s) costs the sender its stream and nobody anything else',
  async (reason, _, frame) => {
    const relay = await aRelay();
    const sender = await connect(await aPeer(), relay);
    const other = await connect(await aPeer(), relay);
    await sendLookupFrame(sender, frame);
    expect(await metric(relay, dropped('lookup', reason))).toBe(1);
    expect(await isServed(sender)).toBe(true);
    expect(await isServed(other)).toBe(true);
  },
);

test('a lookup that never comes is cut off after the read timeout', async () => {
  const relay = await aRelay({ readTimeout: 1_000 });
  const sender = await connect(await aPeer(), relay);
  await sendLookupFrame(sender, Uint8Array.of(34));
  expect(await metric(relay, dropped('lookup', 'slow'))).toBe(1);
});

test('of five lookups at once one is cut off, and the others are answered', async () => {
  const relay = await aRelay();
  const connection = await connect(await aPeer(), relay);
  const open = () => connection.newStream([LOOKUP_PROTOCOL]);
  const streams = await Promise.all([open(), open(), open(), open()]);
  for (const stream of streams) stream.send(Uint8Array.of(34)); // begins a request of 34 bytes
  streams.push(await open());
  // Mostly the one that was opened last; which of them the relay hears of last is not said.
  await eventually(() => {
    expect(streams.filter(({ status }) => status === 'reset')).toHaveLength(1);
  });
  expect(await metric(relay, dropped('lookup', 'too-many-streams'))).toBe(1);
  const [last] = streams.slice(-1);
  for (const stream of streams.filter(({ status }) => status !== 'reset')) {
    const answer = lpStream(stream).read({ signal: AbortSignal.timeout(5000) });
    stream.send(Uint8Array.of(...(stream === last ? [34] : []), 0x0a, 32, ...A_TAG));
    expect((await answer).byteLength).toBe(0);
  }
});

test('a reservation request that never ends costs the sender its stream, and what it may send is capped', async () => {
  const relay = await aRelay();
  const connection = await connect(await aPeer(), relay);
  const stream = await connection.newStream([HOP_PROTOCOL]);
  const cut = new Promise((resolve) => stream.addEventListener('close', resolve));
  const fourMebibytes = Uint8Array.of(0x80, 0x80, 0x80, 0x02);
  stream.send(Uint8Array.of(...fourMebibytes, ...new Uint8Array(HOP_REQUEST_MAX_BYTES)));
  await cut;
  expect(stream.status).toBe('reset');
  expect(await metric(relay, dropped('hop', 'oversized'))).toBe(1);
  expect(await askReservation(connection)).toBe(100);
});

test('lookups are not answered over a circuit: the call protocol and others belong there, not the relay', async () => {
  const relay = await aRelay();
  const bob = await aReachablePeer(relay);
  const alice = await aPeer();
  const connection = await alice.dial(through(relay, bob));
  await expect(
    connection.newStream([LOOKUP_PROTOCOL, CALL_PROTOCOL], { runOnLimitedConnection: true }),
  ).rejects.toThrow();
});

async function subscribedPeer(relayAddress: string): Promise<Peer> {
  const peer = await aPeer();
  await peer.dial(multiaddr(relayAddress));
  await eventually(
    () => expect(peer.services.gossip.getSubscribers(PRESENCE_TOPIC)).toHaveLength(1),
    5000,
  );
  return peer;
}

test('a published message that is no record is counted and kept from everybody', async () => {
  const relay = await aRelay();
  const peer = await subscribedPeer(addressOf(relay));
  await peer.services.gossip.publish(PRESENCE_TOPIC, Uint8Array.of(1, 2, 3));
  await eventually(async () =>
    expect(await metric(relay, 'woxly_presence_received_total{outcome="malformed"}')).toBe(1),
  );
  expect(await metric(relay, 'woxly_presence_records')).toBe(0);
});

test('an oversized gossip frame costs the sender its stream and nobody anything else', async () => {
  const relay = await aRelay();
  const sender = await subscribedPeer(addressOf(relay));
  const other = await subscribedPeer(addressOf(relay));
  await sender.services.gossip.publish(PRESENCE_TOPIC, new Uint8Array(GOSSIP_RPC_MAX_BYTES + 1));
  await eventually(async () =>
    expect(await metric(relay, dropped('gossipsub', 'oversized'))).toBe(1),
  );
  await other.services.gossip.publish(PRESENCE_TOPIC, Uint8Array.of(1));
  await eventually(async () =>
    expect(await metric(relay, 'woxly_presence_received_total{outcome="malformed"}')).toBe(1),
  );
});

test('peers that never answer the gossip stream of the relay hold nobody else up', async () => {
  const relay = await aRelay();
  for (let count = 0; count < 3; count += 1) {
    const staller = await aPeer({ deaf: true });
    const stream = await (await connect(staller, relay)).newStream([GOSSIP_PROTOCOL]);
    stream.send(Uint8Array.of(0));
  }
  await subscribedPeer(addressOf(relay));
});

/** What a relay answers to a raw WebSocket that sends these bytes after its handshake. */
async function sendRaw(url: string, bytes: Uint8Array): Promise<void> {
  const { port } = new URL(url);
  const socket = connectSocket(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const ended = new Promise((resolve) => socket.on('close', resolve));
  socket.write(UPGRADE_REQUEST);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(bytes);
  await ended;
}

test.each([
  ['reserved bits', Uint8Array.of(0xff, 0x80, 0, 0, 0, 0)],
  ['a frame above the limit', Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0)],
  ['an unmasked frame', Uint8Array.of(0x82, 0x01, 0x00)],
])('a WebSocket frame with %s ends that connection only', async (_, bytes) => {
  const relay = await aRelay();
  const other = await connect(await aPeer(), relay);
  await sendRaw(relay.url, bytes);
  expect(await metric(relay, dropped('websocket', 'malformed'))).toBe(1);
  expect(await isServed(other)).toBe(true);
});

test('garbage below the streams ends that connection only', async () => {
  const relay = await aRelay();
  const other = await connect(await aPeer(), relay);
  const connection = await connect(await aPeer(), relay);
  const { muxer } = connection as unknown as { muxer: { sendFrame(header: object): void } };
  muxer.sendFrame({ type: 9, flag: 0, streamID: 0, length: 0 });
  await eventually(() => expect(connection.newStream([LOOKUP_PROTOCOL])).rejects.toThrow());
  expect(await isServed(other)).toBe(true);
});

test('a peer whose ID is not Ed25519 is refused, since a lying relay could impersonate it', async () => {
  const relay = await aRelay();
  const rsa = await aPeer({ privateKey: await generateKeyPair('RSA', 2048) });
  await rsa.dial(multiaddr(addressOf(relay))).then(
    (connection) => new Promise((resolve) => connection.addEventListener('close', resolve)),
    () => {},
  );
  expect(
    await metric(relay, 'woxly_connections_refused_total{transport="any",reason="not-ed25519"}'),
  ).toBe(1);
  expect(await metric(relay, 'woxly_connections')).toBe(0);
});
