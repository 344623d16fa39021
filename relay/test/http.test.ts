import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect as connectSocket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { onceASecond } from '../src/http/once-a-second.ts';
import type { Relay } from '../src/start-relay.ts';
import { aRelay, newFolder } from './peers.ts';

const SCRIPT = "\n  console.log('started');\n";
const INDEX = `<!doctype html><html><head><script src="/x.js"></script><script>${SCRIPT}</script></head><body>${'WOXLY '.repeat(99)}</body></html>`;
const CODE = `export const name = '${'woxly'.repeat(200)}';`;

async function anApp(): Promise<string> {
  const folder = await newFolder();
  await mkdir(join(folder, '_app/immutable/workers'), { recursive: true });
  await writeFile(join(folder, '_app/immutable/workers/timer.js'), 'onmessage = () => {}');
  await writeFile(join(folder, 'index.html'), INDEX);
  await writeFile(join(folder, '_app/immutable/start.js'), CODE);
  await writeFile(join(folder, 'app.webmanifest'), '{"name":"WOXLY"}');
  await writeFile(join(folder, 'icon.png'), Uint8Array.of(0x89, 0x50));
  await writeFile(join(folder, 'ready.css'), 'a{color:red}'.repeat(40));
  await writeFile(join(folder, 'ready.css.br'), 'made by the build');
  await symlink('/etc/hostname', join(folder, 'link.txt'));
  await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(folder, 'service-worker.js'), 'self.onfetch = () => {}');
  for (const hidden of ['.git', '.well-known', '_app/.hidden']) await mkdir(join(folder, hidden));
  await writeFile(join(folder, '.env'), 'SECRET=1');
  await writeFile(join(folder, '.git/config'), 'secret');
  await writeFile(join(folder, '.git/HEAD.txt'), 'secret');
  await writeFile(join(folder, '_app/.hidden/x.js'), 'secret');
  await writeFile(join(folder, '.well-known/security.txt'), 'Contact: us');
  return folder;
}

/** A relay with a public URL, and where this machine reaches it. */
async function behind(publicUrl: string, app?: string): Promise<string> {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  await aRelay({ port, publicUrl, ...(app !== undefined && { app }) });
  return `http://localhost:${port}`;
}
const withApp = async (): Promise<Relay> => aRelay({ app: await anApp() });
const plain = { headers: { 'Accept-Encoding': 'identity' } };

/** Sends a request line as it is: fetch would tidy its path up. */
async function rawStatus(relay: Relay, requestLine: string): Promise<string> {
  const socket = connectSocket(Number(new URL(relay.url).port), '127.0.0.1');
  socket.end(`${requestLine}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test.each([
  ['/', 'text/html; charset=utf-8', 'no-cache'],
  ['/chat/12D3KooWabc', 'text/html; charset=utf-8', 'no-cache'],
  [
    '/_app/immutable/start.js',
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ],
  ['/app.webmanifest', 'application/manifest+json', 'no-cache'],
  ['/icon.png', 'image/png', 'no-cache'],
])('%s is served as %s, cached as %s', async (path, type, caching) => {
  const relay = await withApp();
  const response = await fetch(relay.url + path, plain);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('cache-control')).toBe(caching);
  const head = await fetch(relay.url + path, { ...plain, method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(
    String((await response.arrayBuffer()).byteLength),
  );
  expect(await head.text()).toBe('');
});

test('every deep link is the app, byte for byte; a file that does not exist is not', async () => {
  const relay = await withApp();
  expect(await (await fetch(`${relay.url}/settings?lang=ru`, plain)).text()).toBe(INDEX);
  for (const missing of ['/missing.js', '/_app/immutable/gone', '/link.txt', '/ready.css.br']) {
    expect((await fetch(relay.url + missing)).status, missing).toBe(404);
  }
});

test('text is compressed as the browser asks, and comes out the same', async () => {
  const relay = await withApp();
  const encodings = [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip;q=1.0, br;q=0', 'gzip', gunzipSync],
  ] as const;
  for (const [accepted, encoding, decompress] of encodings) {
    const { url } = relay;
    const text = await rawBody(`${url}/_app/immutable/start.js`, accepted);
    expect(text.encoding).toBe(encoding);
    expect(text.vary).toBe('Accept-Encoding');
    expect(text.body.byteLength).toBeLessThan(CODE.length);
    expect(decompress(text.body).toString()).toBe(CODE);
  }
  expect((await rawBody(`${relay.url}/ready.css`, 'br')).body.toString()).toBe('made by the build');
  expect((await rawBody(`${relay.url}/icon.png`, 'br')).encoding).toBeUndefined();
});

/** A body as it is on the wire; fetch would decompress it. */
async function rawBody(url: string, accepted: string) {
  const { get } = await import('node:http');
  return new Promise<{ encoding?: string | undefined; vary?: string | undefined; body: Buffer }>(
    (resolve, reject) => {
      get(url, { headers: { 'Accept-Encoding': accepted } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            encoding: response.headers['content-encoding'],
            vary: response.headers.vary,
            body: Buffer.concat(chunks),
          }),
        );
      }).on('error', reject);
    },
  );
}

test('a browser that has the file is told so, for each encoding apart', async () => {
  const relay = await withApp();
  const url = `${relay.url}/app.webmanifest`;
  const etag = (await fetch(url, plain)).headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]{20,}"$/);
  const ask = (known: string) =>
    fetch(url, { headers: { ...plain.headers, 'If-None-Match': known } });
  expect((await ask(etag)).status).toBe(304);
  expect((await ask(`"other", W/${etag}`)).status).toBe(304);
  expect((await ask('"other"')).status).toBe(200);
  const compressed = (
    await fetch(`${relay.url}/`, { headers: { 'Accept-Encoding': 'br' } })
  ).headers.get('etag');
  expect(compressed).not.toBe((await fetch(`${relay.url}/`, plain)).headers.get('etag'));
});

test('no path leads out of the app', async () => {
  const relay = await withApp();
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '//etc/passwd.txt',
    '/%00.js',
  ]) {
    const answer = await rawStatus(relay, `GET ${path} HTTP/1.1`);
    expect(answer, path).toMatch(/^HTTP\/1.1 (404|400) /);
  }
  expect(await rawStatus(relay, 'GET /%E0%A4%A HTTP/1.1')).toMatch(/^HTTP\/1.1 400 /);
});

test('the Content-Security-Policy lets the inline script of the page run, and no other', async () => {
  const relay = await withApp();
  const policy = (await fetch(relay.url)).headers.get('content-security-policy');
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  expect(policy?.split('; ')).toEqual([
    "default-src 'self'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self' ws: wss: https: http://localhost:* http://127.0.0.1:*",
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html default',
  ]);
});

const OF_DOCUMENTS = [
  'content-security-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
  'strict-transport-security',
];

test.each([
  ['/', true],
  ['/chat/12D3KooWabc', true],
  ['/icon.svg', true],
  ['/service-worker.js', true],
  ['/_app/immutable/workers/timer.js', true],
  ['/_app/immutable/start.js', false],
  ['/ready.css', false],
  ['/icon.png', false],
  ['/missing.js', false],
  ['/healthz', false],
])('security headers of %s; those of a document: %s', async (path, isDocument) => {
  const url = await behind('https://relay.example', await anApp());
  const { headers } = await fetch(url + path);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  for (const name of OF_DOCUMENTS) expect(headers.has(name), name).toBe(isDocument);
  if (!isDocument) return;
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  const permissions = headers.get('permissions-policy');
  expect(permissions).toContain('microphone=(self), camera=(self), display-capture=(self)');
  expect(permissions).toContain('geolocation=()');
  expect(permissions).not.toContain('bluetooth'); // Chromium warns of it
});

test.each([
  ['https://relay.example', 'max-age=31536000'],
  ['https://relay.example:8443', null],
  ['http://relay.example', null],
  ['', null],
])('for %j browsers are told to come over TLS: %s', async (publicUrl, told) => {
  const { headers } = await fetch(await behind(publicUrl));
  expect(headers.get('strict-transport-security')).toBe(told);
});

test('a page load does not connect anew: connections are kept for longer than proxies keep theirs', async () => {
  const relay = await withApp();
  const { headers } = await fetch(relay.url);
  expect(Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60);
});

test('hidden files of the folder are not served, but for what is well-known', async () => {
  const relay = await withApp();
  for (const path of ['/.env', '/.git/config', '/.git/HEAD.txt', '/%2eenv', '/_app/.hidden/x.js']) {
    expect((await fetch(relay.url + path)).status, path).toBe(404);
  }
  const known = await fetch(`${relay.url}/.well-known/security.txt`);
  expect([known.status, await known.text()]).toEqual([200, 'Contact: us']);
});

test('only GET and HEAD are known', async () => {
  const relay = await withApp();
  for (const path of ['/', '/healthz', '/relay.json', '/metrics']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(relay.url + path, { method });
      expect(response.status, `${method} ${path}`).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
    }
  }
});

test('relay.json describes the relay to any page, the address it was asked at first', async () => {
  const relay = await aRelay({
    operator: 'Example',
    host: '127.0.0.1',
    announce: ['/ip4/198.51.100.7/tcp/1/ws'],
    maxReservations: 7,
  });
  const response = await fetch(`${relay.url}/relay.json`);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  const described = (await response.json()) as Record<string, unknown>;
  const { port } = new URL(relay.url);
  expect(described).toMatchObject({
    peerId: relay.peerId,
    operator: 'Example',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    multiaddrs: [
      `/ip4/127.0.0.1/tcp/${port}/ws/p2p/${relay.peerId}`,
      `/ip4/198.51.100.7/tcp/1/ws/p2p/${relay.peerId}`,
    ],
    limits: { reservations: 7, circuitBytes: 1_048_576, circuitSeconds: 600 },
  });
});

test('metrics are for this machine and private networks, unless the operator says otherwise', async () => {
  const status = async (relay: Relay, forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
    return (await fetch(`${relay.url}/metrics`, { headers })).status;
  };
  const open = await aRelay();
  expect(await status(open)).toBe(200);
  expect(await status(open, '10.0.0.1'), 'through a proxy that nobody has named').toBe(403);
  const proxied = await aRelay({ trustedProxy: ['127.0.0.1'] });
  expect(await status(proxied, '10.0.0.1')).toBe(200);
  expect(await status(proxied, 'fd00::1')).toBe(200);
  expect(await status(proxied, '9.9.9.9')).toBe(403);
  expect(await status(proxied, '2a00::1')).toBe(403);
  const all = await aRelay({ trustedProxy: ['127.0.0.1'], metrics: 'all' });
  expect(await status(all, '9.9.9.9')).toBe(200);
  expect(await status(await aRelay({ metrics: 'off' }))).toBe(403);
});

test('what is made for each request is made once a second, for each host that is asked', async () => {
  const clock = { now: 0 };
  let made = 0;
  const make = onceASecond(
    (host: string) => `${host}${(made += 1)}`,
    () => clock.now,
  );
  expect([make('a'), make('a'), make('b'), make('a')]).toEqual(['a1', 'a1', 'b2', 'a1']);
  clock.now = 999;
  expect(make('a')).toBe('a1');
  clock.now = 1_000;
  expect(make('a')).toBe('a3');
});

test('metrics are Prometheus text', async () => {
  const relay = await aRelay();
  const response = await fetch(`${relay.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toMatch(/^# TYPE woxly_reservations gauge$/m);
  expect(text).toMatch(/^woxly_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+$/m);
  expect(text).toMatch(/^process_resident_memory_bytes [1-9]\d+$/m);
  // What only grows is a counter, also if somebody else counts it.
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    expect(`${name} ${type}`).toBe(`${name} ${name?.endsWith('_total') ? 'counter' : 'gauge'}`);
  }
});

test('without an app the relay says so in a page', async () => {
  const relay = await aRelay();
  expect(relay.hasApp).toBe(false);
  const response = await fetch(relay.url);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('no app to serve');
  expect((await fetch(`${relay.url}/chat/x`)).status).toBe(404);
});
