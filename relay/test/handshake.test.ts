import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { WEBSOCKET_PINGS_AT_ONCE } from '../src/limits/limits.ts';
import type { Relay } from '../src/start-relay.ts';
import { eventually } from './eventually.ts';
import { aPeer, aProxy, aRelay, askReservation, connect, metric } from './peers.ts';

/** Whoever has not said who it is, beside peers that have. */

const OK = 100;
const PROPOSALS = 'woxly_connections_cut_total{reason="proposals"}';
/** A proposal of multistream-select: `a`. */
const PROPOSAL = [2, 0x61, 0x0a];
const proposals = (count: number) =>
  new Uint8Array(count * PROPOSAL.length).map((_, place) => PROPOSAL[place % 3] ?? 0);

async function aSocket(relay: Relay): Promise<WebSocket> {
  const socket = new WebSocket(relay.url);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => {});
  await once(socket, 'open');
  return socket;
}

/** Every answer that comes until the relay closes the connection. */
async function answersOf(socket: WebSocket): Promise<number> {
  let answers = 0;
  socket.on('message', () => (answers += 1));
  await once(socket, 'close');
  return answers;
}

test.each([
  ['in one frame', (socket: WebSocket) => socket.send(proposals(340_000))],
  [
    'one by one',
    (socket: WebSocket) => {
      for (let count = 0; count < 100; count += 1) socket.send(proposals(1));
    },
  ],
])('protocols proposed without end, %s, cost the connection after few answers', async (_, send) => {
  const relay = await aRelay();
  const honest = await connect(await aPeer(), relay);
  const socket = await aSocket(relay);
  const answers = answersOf(socket);
  send(socket);
  expect(await answers).toBeLessThanOrEqual(2 * 11);
  expect(await metric(relay, PROPOSALS)).toBe(1);
  expect(await askReservation(honest)).toBe(OK);
});

test('bytes that ask for nothing are not gathered before the handshake', async () => {
  const relay = await aRelay();
  const socket = await aSocket(relay);
  const closed = once(socket, 'close');
  // The length of a line of a kibibyte, and five of them without an end.
  for (let count = 0; count < 5; count += 1) socket.send(new Uint8Array(1024).fill(0xff));
  await closed;
  expect(await askReservation(await connect(await aPeer(), relay))).toBe(OK);
});

test('a connection that says nothing is cut at the timeout, and does not have to agree', async () => {
  const relay = await aRelay({
    trustedProxy: ['127.0.0.1'],
    connectionsPerAddress: 1,
    readTimeout: 300,
  });
  const silent = connectSocket(Number(new URL(relay.url).port), '127.0.0.1');
  onTestFinished(() => void silent.destroy());
  const lines = [
    'GET / HTTP/1.1',
    'Host: localhost',
    'X-Forwarded-For: 203.0.113.9',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  silent.write(`${lines.join('\r\n')}\r\n\r\n`);
  await once(silent, 'data');
  const closed = once(silent, 'close');
  silent.resume();
  await closed;
  const late = await aProxy(relay, '203.0.113.9');
  await eventually(async () => expect((await connect(await aPeer(), late)).status).toBe('open'));
});

test('a flood of WebSocket pings, which would be answered one by one, costs the connection', async () => {
  const relay = await aRelay();
  const socket = await aSocket(relay);
  const closed = once(socket, 'close');
  for (let count = 0; count <= 4 * WEBSOCKET_PINGS_AT_ONCE; count += 1) socket.ping();
  await closed;
  expect(await metric(relay, 'woxly_connections_cut_total{reason="pings"}')).toBe(1);
});
