import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { RELAY_DESCRIPTION_MAX_BYTES } from '#lib/protocol/limits.ts';
import { relayListContract } from '#lib/testing/relay-list-contract.ts';
import type { WebAnswer } from '#lib/testing/relay-list-contract.ts';
import { pageRelayList } from './relay-list.ts';

const ID = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const WSS = `/dns4/relay.example/tcp/443/tls/ws/p2p/${ID}` as RelayAddress;
const DIRECT =
  `/ip4/192.0.2.1/udp/4001/webrtc-direct/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ/p2p/${ID}` as RelayAddress;
const never = new AbortController().signal;

relayListContract('the browser', () => {
  localStorage.clear();
  let [page, clockAheadMs]: [answer: WebAnswer, clockAheadMs?: number] = ['nobody'];
  const web = new Map<string, WebAnswer>();
  vi.spyOn(window, 'fetch').mockImplementation(async (asked, init) => {
    const { signal } = init ?? {};
    signal?.throwIfAborted();
    const answer = asked instanceof URL ? (web.get(asked.origin) ?? 'nobody') : page;
    switch (answer) {
      case 'nobody':
        throw new TypeError('Failed to fetch');
      case 'silence':
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        });
      case 'no relay':
        return new Response('<!doctype html>');
      default: {
        const { addresses, ...more } = answer;
        const date = clockAheadMs !== undefined && new Date(Date.now() + clockAheadMs);
        return json({ multiaddrs: addresses, ...more }, date ? { Date: date.toUTCString() } : {});
      }
    }
  });
  return {
    open: () => pageRelayList(() => true),
    page: (...answered) => ([page, clockAheadMs] = answered),
    web: (origin, answered) => web.set(origin, answered),
    close: () => {
      vi.restoreAllMocks();
      localStorage.clear();
    },
  };
});

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

test('of the addresses that a relay says only those count that may be dialled, a WebSocket first', async () => {
  answer = () => json({ multiaddrs: [DIRECT, WSS, '/ip4/10.0.0.1/tcp/1/ws/p2p/x', 7] });
  expect(await list().load()).toEqual([WSS, DIRECT]);
});

test.each([
  ['a page', () => new Response('<!doctype html>')],
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
});

test('who begins to answer and does not end has not answered, at the signal', async () => {
  const end = new AbortController();
  const body = new ReadableStream({
    start: (stream) => {
      end.signal.addEventListener('abort', () => stream.error(end.signal.reason));
    },
  });
  answer = () => new Response(body);
  const asked = list().describe('https://relay.example', end.signal);
  await expect.poll(() => body.locked).toBe(true);
  end.abort();
  await expect(asked).rejects.toThrow();
});

test('a time that cannot be read is none', async () => {
  const relays = list();
  answer = () => json({ multiaddrs: [WSS] }, { Date: 'yesterday' });
  await relays.load();
  expect(relays.clockOffsetMs).toBeUndefined();
});

test('what is kept and cannot be read, or may not be dialled any more, is nothing', () => {
  localStorage.setItem('woxly.known-relays', '{broken');
  expect(list().recall()).toEqual([]);
  list().remember([WSS]);
  expect(pageRelayList(() => false).recall()).toEqual([]);
});

test('where nothing can be kept, that is silent', async () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  list().remember([WSS]);
  expect(list().recall()).toEqual([]);
  answer = () => json({ multiaddrs: [WSS] });
  expect(await list().load()).toEqual([WSS]);
});
