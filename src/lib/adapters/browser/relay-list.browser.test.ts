import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { RELAY_DESCRIPTION_MAX_BYTES } from '#lib/protocol/limits.ts';
import { pageRelayList } from './relay-list.ts';

const ID = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const WSS = `/dns4/relay.example/tcp/443/tls/ws/p2p/${ID}` as RelayAddress;
const DIRECT =
  `/ip4/192.0.2.1/udp/4001/webrtc-direct/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ/p2p/${ID}` as RelayAddress;
const never = new AbortController().signal;

let answer: () => Response;
beforeEach(() => {
  localStorage.clear();
  vi.spyOn(window, 'fetch').mockImplementation(async () => answer());
});
afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

const json = (value: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(value), { headers });
const list = () => pageRelayList((address) => !address.includes('/ip4/10.'));

test('the page’s relay, a WebSocket first, and again when it does not answer', async () => {
  answer = () => json({ multiaddrs: [DIRECT, WSS, '/ip4/10.0.0.1/tcp/1/ws/p2p/x', 7] });
  expect(await list().load()).toEqual([WSS, DIRECT]);
  answer = () => {
    throw new TypeError('offline');
  };
  expect(await list().load()).toEqual([WSS, DIRECT]);
});

test.each([
  ['a page', () => new Response('<!doctype html>')],
  ['no addresses', () => json({ multiaddrs: [] })],
  ['a list', () => json([WSS])],
  ['nothing', () => new Response(null)],
  ['an endless text', () => new Response(`"${'x'.repeat(100_000)}"`)],
])('%s is no relay', async (_, given) => {
  answer = given;
  await expect(list().load()).rejects.toThrow();
  expect(await list().describe('https://blog.example', never)).toBeUndefined();
});

test('a relay is heard up to the length that relays keep to, counted in bytes', async () => {
  const room = RELAY_DESCRIPTION_MAX_BYTES - JSON.stringify({ multiaddrs: [WSS], more: '' }).length;
  answer = () => json({ multiaddrs: [WSS], more: 'я'.repeat(room / 2) });
  expect(await list().load()).toEqual([WSS]);
  answer = () => json({ multiaddrs: [WSS], more: 'я'.repeat(room / 2 + 1) });
  expect(await list().describe('https://relay.example', never)).toBeUndefined();
});

test('another relay is asked at its web address, without anything of ours', async () => {
  answer = () => json({ multiaddrs: [WSS], operator: 'Ann', version: 'x'.repeat(99) });
  expect(await list().describe('https://relay.example', never)).toEqual({
    addresses: [WSS],
    operator: 'Ann',
  });
  const [url, options] = vi.mocked(window.fetch).mock.calls[0] ?? [];
  expect(url).toEqual(new URL('https://relay.example/relay.json'));
  expect(options).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' });
  answer = () => {
    throw new TypeError('unreachable');
  };
  await expect(list().describe('https://relay.example', never)).rejects.toThrow();
});

test('how far our clock is behind the relay’s, if it says the time', async () => {
  const relays = list();
  expect(relays.clockOffsetMs).toBeUndefined();
  const hour = 3_600_000;
  answer = () => json({ multiaddrs: [WSS] }, { Date: new Date(Date.now() + hour).toUTCString() });
  await relays.load();
  expect(Math.abs((relays.clockOffsetMs ?? 0) - hour)).toBeLessThan(5_000);
  answer = () => json({ multiaddrs: [WSS] }, { Date: 'yesterday' });
  await relays.load();
  expect(relays.clockOffsetMs).toBeUndefined();
});

test('relays are remembered, a few of them, and what cannot be read is nothing', () => {
  const many = Array.from(
    { length: 20 },
    (_, n) => WSS.replace('relay.', `relay${n}.`) as RelayAddress,
  );
  list().remember(many);
  expect(list().recall()).toEqual(many.slice(0, 8));
  localStorage.setItem('woxly.known-relays', '{broken');
  expect(list().recall()).toEqual([]);
});
