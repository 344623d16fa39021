import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { onTestFinished, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PAGE_SOCKETS_PER_ADDRESS } from '../src/limits/limits.ts';
import type { Relay } from '../src/start-relay.ts';
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

const OK = 100;
const RESERVATION_REFUSED = 200;

/** Opens a bare WebSocket and tells what the relay said to it. */
async function knock(relay: Relay, headers: Record<string, string> = {}): Promise<string> {
  const socket = new WebSocket(relay.url, { headers });
  onTestFinished(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve('open'));
    socket.on('error', reject);
    socket.on('unexpected-response', (_, response) => {
      let words = '';
      response.setEncoding('utf8').on('data', (text: string) => (words += text));
      response.on('end', () => resolve(`${response.statusCode} ${words.trim()}`));
    });
  });
}

const three = async <Made>(make: () => Promise<Made>): Promise<[Made, Made, Made]> => [
  await make(),
  await make(),
  await make(),
];

test('new connections beyond the limit of an address are told so; who is connected notices nothing', async () => {
  const relay = await aRelay({ exemptLoopback: false, connectionsPerMinute: 3 });
  const early = await aPeer();
  const connection = await connect(early, relay);
  expect(await knock(relay)).toBe('open');
  expect(await knock(relay)).toBe('open');
  expect(await knock(relay)).toMatch(/^429 too many new connections/);
  const refused = 'woxly_connections_refused_total{transport="websocket",reason="too-often"}';
  expect(await metric(relay, refused)).toBe(1);

  expect(await early.services.ping.ping(connection.remotePeer)).toBeGreaterThanOrEqual(0);
  expect(await askReservation(connection)).toBe(OK);
});

test('open connections of one address are limited, and one that ends makes room', async () => {
  const relay = await aRelay({ exemptLoopback: false, connectionsPerAddress: 1 });
  const peer = await aPeer();
  await connect(peer, relay);
  expect(await knock(relay)).toMatch(/^429 too many connections/);
  await peer.stop();
  await eventually(async () => expect(await knock(relay)).toBe('open'));
});

test('idle TCP connections of one address are limited before they say anything', async () => {
  const relay = await aRelay({ exemptLoopback: false, connectionsPerAddress: 1 });
  const most = 1 + PAGE_SOCKETS_PER_ADDRESS;
  const port = Number(new URL(relay.url).port);
  const idle = async () => {
    const socket = connectSocket(port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: most }, idle));
  await once(await idle(), 'close');
  sockets.forEach((socket) => socket.destroy());
  await eventually(async () => expect((await fetch(`${relay.url}/healthz`)).status).toBe(200));
  expect(
    await metric(relay, 'woxly_connections_refused_total{transport="tcp",reason="too-many"}'),
  ).toBeGreaterThan(0);
});

test('a full relay refuses connections in words', async () => {
  const relay = await aRelay({ maxConnections: 1 });
  const peer = await aPeer();
  await connect(peer, relay);
  expect(await knock(relay)).toBe('503 this relay has no room');
  expect(peer.getConnections()).toHaveLength(1);
});

test('reservations of one address are limited; the refused peer is told, the others keep theirs', async () => {
  const relay = await aRelay({ exemptLoopback: false, reservationsPerAddress: 2 });
  const [first, second, third] = await three(async () => connect(await aPeer(), relay));
  expect(await askReservation(first)).toBe(OK);
  expect(await askReservation(second)).toBe(OK);
  expect(await askReservation(third)).toBe(RESERVATION_REFUSED);
  expect(await askReservation(first), 'a renewal is not a new reservation').toBe(OK);
  expect(await metric(relay, 'woxly_reservations')).toBe(2);
  expect(
    await metric(relay, 'woxly_reservations_refused_total{reason="too-many-of-address"}'),
  ).toBe(1);
});

test('without free slots a reservation is refused and the relay is not healthy; a slot comes back when a peer leaves', async () => {
  const relay = await aRelay({ maxReservations: 1 });
  const health = async () => (await fetch(`${relay.url}/healthz`)).status;
  expect(await health()).toBe(200);
  const holder = await aPeer();
  expect(await askReservation(await connect(holder, relay))).toBe(OK);
  expect(await health()).toBe(503);
  const waiting = await connect(await aPeer(), relay);
  expect(await askReservation(waiting)).toBe(RESERVATION_REFUSED);

  await holder.stop();
  await eventually(async () => expect(await askReservation(waiting)).toBe(OK));
  expect(await metric(relay, 'woxly_reservations')).toBe(1);
});

test('live circuits of one source are limited, and those of others are not', async () => {
  const relay = await aRelay({ circuitsPerSource: 2 });
  const bobs = await three(() => aReachablePeer(relay));
  const alice = await aPeer();
  await alice.dial(through(relay, bobs[0]));
  const second = await alice.dial(through(relay, bobs[1]));
  await expect(alice.dial(through(relay, bobs[2]))).rejects.toThrow(/PERMISSION_DENIED/);
  expect(await metric(relay, 'woxly_circuits_asked_total{outcome="too-many"}')).toBe(1);
  const carol = await aPeer();
  expect((await carol.dial(through(relay, bobs[2]))).status).toBe('open');

  await second.close();
  await eventually(async () => expect(await metric(relay, 'woxly_circuits')).toBe(2));
  expect((await alice.dial(through(relay, bobs[2]))).status).toBe('open');
});

test('a circuit ends when it has carried its bytes, and other circuits go on', async () => {
  const relay = await aRelay({ circuitBytes: 64 * 1024 });
  const bob = await aReachablePeer(relay);
  await bob.handle('/sink/1', (stream) => stream.addEventListener('message', () => {}), {
    runOnLimitedConnection: true,
  });
  const [alice, carol] = [await aPeer(), await aPeer()];
  const others = await carol.dial(through(relay, bob));
  const connection = await alice.dial(through(relay, bob));
  const closed = new Promise((resolve) => connection.addEventListener('close', resolve));
  const stream = await connection.newStream(['/sink/1'], { runOnLimitedConnection: true });
  stream.send(new Uint8Array(128 * 1024));
  await closed;
  expect(others.status).toBe('open');
});

test('behind a trusted proxy the forwarded address counts, also for reservations', async () => {
  const relay = await aRelay({ trustedProxy: ['127.0.0.1'], reservationsPerAddress: 1 });
  const dial = async (proxy: Pick<Relay, 'multiaddrs'>) => connect(await aPeer(), proxy);
  const here = await aProxy(relay, '203.0.113.9');
  const there = await aProxy(relay, '203.0.113.10');
  expect(await askReservation(await dial(here))).toBe(OK);
  expect(await askReservation(await dial(here))).toBe(RESERVATION_REFUSED);
  expect(await askReservation(await dial(there))).toBe(OK);
});

test('the forwarded address of somebody who is no trusted proxy is not believed', async () => {
  const relay = await aRelay({ exemptLoopback: false, connectionsPerMinute: 1 });
  expect(await knock(relay, { 'X-Forwarded-For': '203.0.113.9' })).toBe('open');
  expect(await knock(relay, { 'X-Forwarded-For': '203.0.113.10' })).toMatch(/^429/);
});

test('whoever has a whole IPv6 /56 does not get a share for each of its /64, and others still reserve', async () => {
  const relay = await aRelay({ trustedProxy: ['127.0.0.1'], reservationsPerAddress: 1 });
  const ask = async (address: string) =>
    askReservation(await connect(await aPeer(), await aProxy(relay, address)));
  const answers = [];
  for (const subnet of ['00', '01', '02', '03', '04', 'ff']) {
    answers.push(await ask(`2001:db8:0:10${subnet}::1`));
  }
  const refused = RESERVATION_REFUSED;
  expect(answers).toEqual([OK, OK, OK, OK, refused, refused]);
  expect(await ask('2001:db8:0:1100::1'), 'the next /56').toBe(OK);
  expect(await ask('203.0.113.9')).toBe(OK);
});
