import { beforeEach, expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { settled } from '#lib/testing/fake-clock.ts';
import {
  A,
  B,
  C,
  D,
  directory,
  E,
  invite,
  own,
  page,
  relay,
  RelayWorld,
} from '#lib/testing/relay-world.ts';

let world: RelayWorld;
beforeEach(() => (world = new RelayWorld()));

/** The next review of round trips, and whatever it sets going. */
async function review(): Promise<void> {
  world.advance(150_000);
  for (let turns = 0; turns < 3; turns += 1) await settled();
}

test('reserves on all relays at once; a dead one does not hold up the others', async () => {
  world.relays.set(B, 'up');
  const keeper = world.keeper();
  keeper.want([page(A), invite(B)]);
  expect(world.dialled).toEqual([A, B]);
  expect(keeper.status).toBe('connecting');
  await settled();
  expect(keeper.status).toBe('reachable');
  expect(keeper.reserved).toEqual([B]);
  expect(keeper.relays.map(({ state }) => state)).toEqual(['unreachable', 'reachable']);
});

test('comes back by itself after the relay was lost', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  world.relays.set(A, 'unreachable');
  world.held.get(A)?.abort();
  await settled();
  expect(keeper.status).toBe('offline');
  expect(keeper.reserved).toEqual([]);
  world.relays.set(A, 'up');
  world.advance(500);
  await settled();
  expect(keeper.status).toBe('reachable');
});

test('waits longer after each failure, at most half a minute', async () => {
  const keeper = world.keeper();
  keeper.want([page(A)]);
  const gaps: number[] = [];
  for (let failures = 0; failures < 9; failures += 1) {
    await settled();
    const next = Math.min(...world.timers.map(({ at }) => at)) - world.now;
    gaps.push(next);
    world.advance(next);
  }
  expect(gaps).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test('a page that wakes up tries at once', async () => {
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  world.relays.set(A, 'up');
  world.wake();
  await settled();
  expect(keeper.status).toBe('reachable');
});

test('a relay that is full is told apart from one that is down', async () => {
  world.relays.set(A, 'refused');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  expect(keeper.relays[0]?.state).toBe('refused');
  expect(keeper.status).toBe('no-room');
});

test('without a reservation calls go out through relays that answer, and through no others', async () => {
  world.relays.set(A, 'refused');
  const keeper = world.keeper();
  keeper.want([page(A), invite(B)]);
  await settled();
  expect([keeper.reserved, keeper.usable]).toEqual([[], [A]]);
  world.relays.set(B, 'up');
  keeper.retry();
  await settled();
  expect([keeper.reserved, keeper.usable]).toEqual([[B], [B]]);
  expect(keeper.status).toBe('reachable');
});

test('a relay named twice is one relay, and strangers cannot make the list long', () => {
  const keeper = world.keeper();
  keeper.want([page(A), invite('/ip4/1.2.3.4/tcp/443/wss/p2p/A' as RelayAddress)]);
  expect(keeper.relays).toHaveLength(1);
  keeper.want(Array.from({ length: 100 }, (_, n) => invite(relay(String(n)))));
  expect(keeper.relays.length).toBeLessThan(20);
});

test('three reservations at the most, for the dearest; the others are in reserve', async () => {
  for (const one of [A, B, C, D]) world.relays.set(one, 'up');
  const keeper = world.keeper();
  keeper.want([invite(B), invite(C), invite(D)]);
  await settled();
  keeper.want([page(A), invite(B), invite(C), invite(D)]);
  await settled();
  expect(keeper.reserved).toEqual([A, B, C]);
  expect(keeper.relays.map(({ state }) => state)).toEqual([
    'reachable',
    'reachable',
    'reachable',
    'spare',
  ]);
  expect(world.released).toEqual([D]);
});

test('a spare stands in for a relay that was lost, and gives way when it is back', async () => {
  for (const one of [A, B, C, D]) world.relays.set(one, 'up');
  const keeper = world.keeper();
  keeper.want([page(A), invite(B), invite(C), invite(D)]);
  await settled();
  world.relays.set(A, 'unreachable');
  world.held.get(A)?.abort();
  await settled();
  expect(keeper.reserved).toEqual([B, C, D]);
  world.relays.set(A, 'up');
  world.advance(30_000);
  await settled();
  expect(keeper.reserved).toEqual([A, B, C]);
});

test('each failure goes on to the next address of the relay', async () => {
  const other = '/ip4/1.2.3.4/udp/9/webrtc-direct/certhash/x/p2p/A' as RelayAddress;
  world.relays.set(other, 'up');
  const keeper = world.keeper();
  keeper.want([page(A, other)]);
  await settled();
  world.advance(500);
  await settled();
  expect(keeper.reserved).toEqual([other]);
});

test('a relay that is silent after the page slept is dialled anew', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  world.silent = true;
  world.wake();
  world.advance(2_000);
  await settled();
  expect(world.dialled).toEqual([A, A]);
  expect(keeper.status).toBe('reachable');
});

test('is offline when the browser is', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  world.online = false;
  expect(keeper.status).toBe('offline');
});

test('an attempt that never ends is given up and tried again', async () => {
  world.relays.set(A, 'stuck');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  expect(keeper.relays[0]?.state).toBe('connecting');
  world.advance(12_000);
  await settled();
  expect(keeper.relays[0]?.state).toBe('unreachable');
  world.relays.set(A, 'up');
  world.advance(500);
  await settled();
  expect(keeper.relays[0]?.state).toBe('reachable');
});

test('a relay that is not wanted any more is let go, and not dialled again', async () => {
  world.relays.set(B, 'up');
  const both = world.keeper();
  both.want([invite(B)]);
  await settled();
  both.want([]);
  expect(world.released).toEqual([B]);
  world.dialled = [];

  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  keeper.want([]);
  world.advance(60_000);
  await settled();
  expect(world.dialled).toEqual([A]);
});

test('what a person chose comes before what the page, other relays and invites name', async () => {
  for (const one of [A, B, C, D, E]) world.relays.set(one, 'up');
  const keeper = world.keeper();
  keeper.want([invite(A), directory(B), page(C), own(D), { ...directory(E), tier: 'preferred' }]);
  await settled();
  expect(keeper.reserved).toEqual([E, D, C]);
  expect(keeper.relays.map(({ preferred }) => preferred)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('relays of one operator are not all that is held, while there are others', async () => {
  for (const one of [A, B, C, D]) world.relays.set(one, 'up');
  const keeper = world.keeper();
  const of = (operator: string) => ({ operators: [operator] });
  keeper.want([
    ...[A, B, C].map((one) => ({ ...directory(one), ...of('one') })),
    { ...directory(D), ...of('other') },
  ]);
  await settled();
  expect(keeper.reserved).toContain(D);
});

test('a spare stands in at once while a lost relay does not answer', async () => {
  for (const one of [A, B, C, D]) world.relays.set(one, 'up');
  const keeper = world.keeper();
  keeper.want([page(A), directory(B), directory(C), directory(D)]);
  await settled();
  world.relays.set(A, 'stuck');
  world.held.get(A)?.abort();
  await settled();
  expect(keeper.reserved).toEqual([B, C, D]);
});

test('what is learned of a relay later changes nothing about its reservation', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.want([directory(A)]);
  await settled();
  keeper.want([{ ...own(A, '/ip4/1.2.3.4/tcp/443/wss/p2p/A' as RelayAddress), tier: 'preferred' }]);
  await settled();
  expect(world.dialled).toEqual([A]);
  expect(world.released).toEqual([]);
  expect(keeper.relays).toMatchObject([{ origin: 'own', preferred: true, roundTripMs: 10 }]);
});

test('a relay that waits is tried at once at a new address', async () => {
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  const other = '/ip4/1.2.3.4/tcp/443/wss/p2p/A' as RelayAddress;
  world.relays.set(other, 'up');
  keeper.want([page(other)]);
  await settled();
  expect(keeper.reserved).toEqual([other]);
});

test('round trips are measured again and again, and shown', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settled();
  expect(keeper.relays[0]?.roundTripMs).toBe(10);
  world.far.set(A, 110);
  await review();
  expect(keeper.relays[0]?.roundTripMs).toBe(60);
  world.far.set(A, 20);
  await review();
  expect(keeper.relays[0]?.roundTripMs).toBe(20);
});
