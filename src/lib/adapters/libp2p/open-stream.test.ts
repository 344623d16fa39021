import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { openStream } from './open-stream.ts';

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as DeviceKey;
const CIRCUIT = multiaddr(`/dns4/r.example/tcp/443/wss/p2p/${PEER}/p2p-circuit/p2p/${PEER}`);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A connection that opens a stream after a while, or never. */
function connection(name: string, after: number): Connection & { aborted: string[] } {
  const aborted: string[] = [];
  const newStream = (_: string, { signal }: { signal: AbortSignal }): Promise<Stream> =>
    new Promise((resolve, reject) => {
      const stream = { id: name, abort: () => void aborted.push(name) } as unknown as Stream;
      setTimeout(() => {
        resolve(stream);
      }, after);
      signal.addEventListener('abort', () => {
        reject(new Error('given up'));
      });
    });
  const abort = () => void aborted.push('closed');
  const open = { status: 'open', streams: [], newStream, abort, aborted };
  return open as unknown as Connection & { aborted: string[] };
}

function opening(known: Connection[], fresh?: Connection, anew = false) {
  const dialled: number[] = [];
  const started = Date.now();
  const libp2p = { getConnections: () => known } as unknown as Libp2p;
  const dialler = {
    dial: () => {
      dialled.push(Date.now() - started);
      return fresh ? Promise.resolve(fresh) : Promise.reject(new Error('unreachable'));
    },
  };
  const circuits = fresh === undefined ? [] : [CIRCUIT];
  const target = { peer: PEER, protocol: CALL_PROTOCOL, circuits, anew };
  const outcome = openStream(libp2p, dialler, target, new AbortController().signal).then(
    ({ stream }) => stream.id,
    () => 'failed',
  );
  return { outcome, dialled };
}

test('a connection that works is used, and no circuit is dialled beside it', async () => {
  const { outcome, dialled } = opening([connection('known', 100)], connection('new', 0));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await outcome).toBe('known');
  expect(dialled).toEqual([]);
});

test('a half-dead connection does not hold up a new circuit', async () => {
  const { outcome, dialled } = opening([connection('dead', 1e6)], connection('new', 50));
  await vi.advanceTimersByTimeAsync(600);
  expect(await outcome).toBe('new');
  expect(dialled).toEqual([500]);
});

test('a circuit that lost is closed, whenever it would have worked, and what was there is not', async () => {
  for (const after of [10, 1e6]) {
    const [known, fresh] = [connection('known', 600), connection('new', after)];
    const { outcome } = opening([known], fresh);
    await vi.advanceTimersByTimeAsync(2_000);
    const won = await outcome;
    expect(won).toBe(after === 10 ? 'new' : 'known');
    expect([known.aborted, fresh.aborted]).toEqual(after === 10 ? [[], []] : [[], ['closed']]);
  }
});

test('a circuit that lost stays if the peer speaks on it', async () => {
  const [known, fresh] = [connection('known', 600), connection('new', 1e6)];
  Object.assign(fresh, { streams: [{ protocol: CALL_PROTOCOL }] });
  const { outcome } = opening([known], fresh);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await outcome).toBe('known');
  expect(fresh.aborted).toEqual([]);
});

test('where connections are probably dead a new circuit is dialled soon', async () => {
  const { outcome, dialled } = opening([connection('dead', 1e6)], connection('new', 50), true);
  await vi.advanceTimersByTimeAsync(210);
  expect(await outcome).toBe('new');
  expect(dialled).toEqual([150]);
});

test('a half-dead connection alone is given up soon', async () => {
  const { outcome } = opening([connection('dead', 1e6)]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await outcome).toBe('failed');
});

test('without a connection the circuit is dialled at once', async () => {
  const { outcome, dialled } = opening([], connection('new', 0));
  await vi.advanceTimersByTimeAsync(10);
  expect(await outcome).toBe('new');
  expect(dialled).toEqual([0]);
});
