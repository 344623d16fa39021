import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test } from 'vitest';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { createCpuBudget } from '../src/limits/cpu-budget.ts';
import { CPU_MS_AT_ONCE, CPU_MS_PER_SECOND, CPU_PEER_SHARE } from '../src/limits/limits.ts';
import { isLoopback } from '../src/limits/remote-address.ts';
import { aPeer, aProxy, aRelay, connect, lookUp, metric } from './peers.ts';

const ONE = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const OTHER = '12D3KooWP8N9RzX6a5n8jDxuMfCUcMgfwz4AZ4x5PPfFUcTSaGkU';

function aBudget(neighbour = '') {
  const clock = { now: 0 };
  const cpu = createCpuBudget({
    limits: { isExempt: isLoopback },
    neighbours: () => ({ has: (peer) => peer === neighbour, hasHost: () => false }),
    now: () => clock.now,
  });
  const ask = (peer: string, address: string, cost: number) =>
    cpu.ask(
      {
        remotePeer: peerIdFromString(peer),
        remoteAddr: multiaddr(`${address}/tcp/1/ws/p2p/${peer}`),
      },
      cost,
    );
  /** How often in a row something is granted. */
  const granted = (peer: string, address: string, cost = 100) => {
    for (let count = 0; count < 1000; count += 1)
      if (ask(peer, address, cost) !== 'granted') return count;
    return Infinity;
  };
  return { clock, cpu, ask, granted };
}
const PER_PEER = (CPU_MS_AT_ONCE * CPU_PEER_SHARE) / 100;
const PER_ADDRESS = CPU_MS_AT_ONCE / 100;

test('a peer has its own, and an address what its peers have together; others are not meant', () => {
  const { granted } = aBudget();
  expect(granted(ONE, '/ip4/203.0.113.1')).toBe(PER_PEER);
  expect(granted(ONE, '/ip4/203.0.113.2'), 'it went to another address').toBe(0);
  // What was refused has cost a little as well.
  expect(granted(OTHER, '/ip4/203.0.113.1')).toBe(PER_ADDRESS - PER_PEER - 1);
  const sybils = aBudget();
  for (const host of ['1', '2', '3'])
    sybils.granted(host === '2' ? OTHER : ONE, `/ip6/2001:db8::${host}`);
  expect(sybils.cpu.askOf('2001:db8::ffff', 100), 'the same /64').toBe('refused');
  expect(sybils.cpu.askOf('2001:db8:0:0:1::', 100), 'written otherwise').toBe('refused');
  expect(sybils.cpu.askOf('2001:db8:0:1::1', 100)).toBe('granted');
});

test('it comes back evenly; whoever goes on in spite of refusals is cut', () => {
  const { clock, ask, granted } = aBudget();
  granted(ONE, '/ip4/203.0.113.1');
  clock.now += (1000 * 100) / (CPU_MS_PER_SECOND * CPU_PEER_SHARE) + 100;
  expect(ask(ONE, '/ip4/203.0.113.1', 100)).toBe('granted');
  const verdicts = Array.from({ length: 2000 }, () => ask(ONE, '/ip4/203.0.113.1', 100));
  expect(verdicts[0]).toBe('refused');
  expect(verdicts.at(-1)).toBe('cut');
});

test('loopback has no limit by address where that is said, its peers have; neighbours may do more', () => {
  const { granted, cpu } = aBudget(ONE);
  expect(cpu.askOf('127.0.0.1', 10 * CPU_MS_AT_ONCE)).toBe('granted');
  expect(granted(OTHER, '/ip4/127.0.0.1')).toBe(PER_PEER);
  expect(granted(ONE, '/ip4/127.0.0.1')).toBe(10 * PER_PEER);
});

test('time that was spent on what came is told afterwards, and cuts who has made much of it', () => {
  const { cpu } = aBudget();
  expect(cpu.spent('203.0.113.1', CPU_MS_AT_ONCE)).toBe('granted');
  expect(cpu.askOf('203.0.113.1', 10)).toBe('refused');
  expect(cpu.spent('203.0.113.1', CPU_MS_AT_ONCE / 2)).toBe('cut');
  expect(cpu.askOf('203.0.113.2', 10)).toBe('granted');
});

test('a peer that asks without end is refused, then cut; who asks beside it is answered', async () => {
  const relay = await aRelay({ trustedProxy: ['127.0.0.1'] });
  const [here, there] = [await aProxy(relay, '203.0.113.9'), await aProxy(relay, '203.0.113.10')];
  const honest = await connect(await aPeer(), there);
  const hostile = await connect(await aPeer(), here);
  const tag = new Uint8Array(32);
  for (let count = 0; count < 20_000 && hostile.status === 'open'; count += 1) {
    await hostile.newStream([LOOKUP_PROTOCOL]).catch(() => {});
    if (count % 500 === 0) expect(await lookUp(honest, [tag])).toEqual([]);
  }
  expect(hostile.status).not.toBe('open');
  const cut = ['streams', 'cpu'].map((reason) =>
    metric(relay, `woxly_connections_cut_total{reason="${reason}"}`),
  );
  expect(Math.max(...(await Promise.all(cut)))).toBeGreaterThan(0);
}, 30_000);
