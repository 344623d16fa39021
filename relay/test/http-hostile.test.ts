import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectSocket } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  HTTP_REQUESTS_PER_CONNECTION,
  PAGE_SOCKETS_PER_ADDRESS,
  PARSED_AT_ONCE_BYTES,
  PIPELINED_REQUESTS_MAX,
} from '../src/limits/limits.ts';
import type { Relay } from '../src/start-relay.ts';
import { parseInParts } from '../src/http/parse-in-parts.ts';
import { eventually } from './eventually.ts';
import { UPGRADE_REQUEST, aRelay, metric, newFolder } from './peers.ts';

const PAGE = `<!doctype html>${'WOXLY '.repeat(20_000)}`;

async function withPage(options: Parameters<typeof aRelay>[0] = {}): Promise<Relay> {
  const app = await newFolder();
  await writeFile(join(app, 'index.html'), PAGE);
  return aRelay({ app, ...options });
}

/** A connection from an address of this machine that writes what it is told and reads when it is told. */
async function aSocket(relay: Relay, localAddress = '127.0.0.1'): Promise<Socket> {
  const { port } = new URL(relay.url);
  const socket = connectSocket({ port: Number(port), host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** The first line of the answer to one request over a connection of its own. */
async function statusOf(relay: Relay, path: string, localAddress?: string): Promise<string> {
  const socket = await aSocket(relay, localAddress);
  socket.write(ask(path));
  const [first] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [unknown];
  socket.destroy();
  return String(first).split('\r\n', 1)[0] ?? '';
}

test('who sends many requests at once and reads nothing is cut off, and costs no memory; others are served', async () => {
  const relay = await withPage();
  const before = process.memoryUsage().rss;
  const flood = Buffer.from(ask('/metrics').repeat(500));
  const sockets = await Promise.all(Array.from({ length: 30 }, () => aSocket(relay)));
  for (const socket of sockets) {
    socket.pause();
    socket.write(flood);
  }
  const cut = 'woxly_streams_dropped_total{protocol="http",reason="pipelined"}';
  await eventually(async () => expect(await metric(relay, cut)).toBe(30), 20_000);
  expect((await fetch(relay.url)).status).toBe(200);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});

test('of what a connection sent before it was cut, little is parsed after it', async () => {
  let parsed = 0;
  const server = createServer(({ socket }) => {
    parsed += 1;
    socket.destroy();
  });
  parseInParts(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const socket = connectSocket({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  const flood = ask('/').repeat(1_000);
  socket.write(flood);
  await once(socket, 'close');
  expect(parsed).toBeGreaterThan(0);
  expect(parsed).toBeLessThanOrEqual(PARSED_AT_ONCE_BYTES / ask('/').length + 1);
});

test('who speaks another protocol before it is agreed on is cut; who waits for that is not', async () => {
  const relay = await withPage();
  const patient = await aSocket(relay);
  patient.write(UPGRADE_REQUEST);
  const [answer] = (await once(patient, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 101 /);
  const hasty = await aSocket(relay);
  hasty.resume();
  hasty.write(UPGRADE_REQUEST + 'x'.repeat(2 * PARSED_AT_ONCE_BYTES));
  await once(hasty, 'close');
  expect(patient.closed).toBe(false);
});

test('a few requests at once are answered in their order, and one that is read slowly holds back the rest', async () => {
  const relay = await withPage();
  const socket = await aSocket(relay);
  socket.pause();
  socket.write(ask('/') + ask('/healthz').repeat(PIPELINED_REQUESTS_MAX - 1));
  expect((await fetch(relay.url)).status).toBe(200);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk))).resume();
  await eventually(() => {
    expect(text.split('HTTP/1.1 200 OK')).toHaveLength(PIPELINED_REQUESTS_MAX + 1);
    expect(text.indexOf('<!doctype')).toBeLessThan(text.indexOf('ok\nturn'));
  });
});

test('an address that asks too much is refused, at last before a byte is read; others are served', async () => {
  const relay = await withPage({ exemptLoopback: false, connectionsPerMinute: 1 });
  const socket = await aSocket(relay);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  for (let count = 0; count <= HTTP_REQUESTS_PER_CONNECTION; count += 1) {
    const told = text.length;
    socket.write(ask('/healthz'));
    await eventually(() => expect(text.length).toBeGreaterThan(told));
    if (text.includes(' 429 ')) break;
  }
  expect(text.split(' 200 OK').length).toBeGreaterThan(HTTP_REQUESTS_PER_CONNECTION / 2);
  expect(text).toContain('HTTP/1.1 429 ');
  await eventually(() => expect(socket.closed).toBe(true));
  expect(await statusOf(relay, '/healthz')).not.toContain('200');
  expect(await statusOf(relay, '/healthz', '127.0.0.2')).toBe('HTTP/1.1 200 OK');
  expect(await metric(relay, 'woxly_http_requests_refused_total')).toBeGreaterThan(0);
});

test('an address that floods a connection is not read any more for a while; others are served', async () => {
  const relay = await withPage({ exemptLoopback: false });
  const socket = await aSocket(relay);
  socket.resume().write(ask('/').repeat(200));
  await eventually(() => expect(socket.closed).toBe(true));
  expect(await statusOf(relay, '/healthz')).not.toContain('200');
  expect(await statusOf(relay, '/healthz', '127.0.0.2')).toBe('HTTP/1.1 200 OK');
});

test('behind a proxy the visitor is refused who asks too much, and not the proxy', async () => {
  const relay = await withPage({ trustedProxy: ['127.0.0.1'], connectionsPerMinute: 1 });
  const status = async (visitor: string) =>
    (await fetch(`${relay.url}/healthz`, { headers: { 'X-Forwarded-For': visitor } })).status;
  const answers: number[] = [];
  // A slow machine earns a few more on the way.
  while (!answers.includes(429) && answers.length < 10 * HTTP_REQUESTS_PER_CONNECTION) {
    answers.push(await status('9.9.9.9'));
  }
  expect(answers.indexOf(429)).toBeGreaterThanOrEqual(HTTP_REQUESTS_PER_CONNECTION);
  expect(await status('9.9.9.8')).toBe(200);
});

test('connections that only wait for another request make room for the next person of their address', async () => {
  const connectionsPerAddress = 32;
  const relay = await withPage({
    exemptLoopback: false,
    connectionsPerMinute: 1000,
    connectionsPerAddress,
  });
  const most = PAGE_SOCKETS_PER_ADDRESS + connectionsPerAddress;
  const kept: Socket[] = [];
  for (let count = 0; count < most; count += 1) {
    const socket = await aSocket(relay);
    socket.write(ask('/healthz'));
    await once(socket, 'data');
    kept.push(socket);
  }
  expect(await statusOf(relay, '/healthz')).toBe('HTTP/1.1 200 OK');
  await eventually(() => expect(kept.filter(({ closed }) => closed)).toHaveLength(1));
  expect(
    await metric(relay, 'woxly_connections_refused_total{transport="tcp",reason="too-many"}'),
  ).toBe(0);
});
