import { beforeEach, expect, test } from 'vitest';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { NetworkFailure, PeerNetwork, Reservation } from '#lib/ports/peer-network.ts';
import { createRelayKeeper } from './relay-keeper.ts';
import type { RelayKeeper } from './relay-keeper.ts';

const A = '/dns4/a.example/tcp/443/wss/p2p/A';
const B = '/dns4/b.example/tcp/443/wss/p2p/B';

/** A world with one hand-turned clock, and relays that are up, down or full. */
class World {
  now = 0;
  online = true;
  timers: { at: number; run: () => void }[] = [];
  dialled: string[] = [];
  relays = new Map<string, NetworkFailure | 'up' | 'stuck'>();
  held = new Map<string, AbortController>();
  wake = (): void => undefined;

  advance(ms: number): void {
    this.now += ms;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
  }

  keeper(): RelayKeeper {
    const reserve = (relay: string, signal: AbortSignal): Promise<Reservation> => {
      this.dialled.push(relay);
      const state = this.relays.get(relay) ?? 'unreachable';
      if (state === 'stuck') {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new WoxlyError('aborted'));
          });
        });
      }
      if (state !== 'up') return Promise.reject(new WoxlyError(state));
      const lost = new AbortController();
      this.held.set(relay, lost);
      return Promise.resolve({ relay, lost: lost.signal });
    };
    return createRelayKeeper({
      clock: {
        now: () => this.now,
        after: (delay, run) => {
          const timer = { at: this.now + delay, run };
          this.timers.push(timer);
          return () => void (this.timers = this.timers.filter((one) => one !== timer));
        },
      },
      random: { bytes: (length) => new Uint8Array(length), unit: () => 0.5 },
      log: { info: () => undefined, warn: () => undefined },
      network: { reserve } as unknown as PeerNetwork,
      pageLife: {
        get online() {
          return world.online;
        },
        onWake: (run) => {
          this.wake = run;
          return () => undefined;
        },
        onOffline: () => () => undefined,
        onLeave: () => () => undefined,
      },
    });
  }
}

let world: World;
beforeEach(() => (world = new World()));

/** Lets promises that are ready run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('reserves on all relays at once; a dead one does not hold up the others', async () => {
  world.relays.set(B, 'up');
  const keeper = world.keeper();
  keeper.add(A, 'page');
  keeper.add(B, 'invite');
  expect(world.dialled).toEqual([A, B]);
  expect(keeper.status).toBe('connecting');
  await settle();
  expect(keeper.status).toBe('reachable');
  expect(keeper.reserved).toEqual([B]);
  expect(keeper.relays.map(({ state }) => state)).toEqual(['unreachable', 'reachable']);
});

test('comes back by itself after the relay was lost', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.add(A, 'page');
  await settle();
  world.relays.set(A, 'unreachable');
  world.held.get(A)?.abort();
  await settle();
  expect(keeper.status).toBe('offline');
  expect(keeper.reserved).toEqual([]);
  world.relays.set(A, 'up');
  world.advance(500);
  await settle();
  expect(keeper.status).toBe('reachable');
});

test('waits longer after each failure, at most half a minute', async () => {
  const keeper = world.keeper();
  keeper.add(A, 'page');
  const gaps: number[] = [];
  for (let failures = 0; failures < 9; failures += 1) {
    await settle();
    const next = Math.min(...world.timers.map(({ at }) => at)) - world.now;
    gaps.push(next);
    world.advance(next);
  }
  expect(gaps).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
});

test('a page that wakes up tries at once', async () => {
  const keeper = world.keeper();
  keeper.add(A, 'page');
  await settle();
  world.relays.set(A, 'up');
  world.wake();
  await settle();
  expect(keeper.status).toBe('reachable');
});

test('a relay that is full is told apart from one that is down', async () => {
  world.relays.set(A, 'refused');
  const keeper = world.keeper();
  keeper.add(A, 'page');
  await settle();
  expect(keeper.relays[0]?.state).toBe('refused');
});

test('a relay named twice is one relay, and strangers cannot make the list long', () => {
  const keeper = world.keeper();
  keeper.add(A, 'page');
  keeper.add('/ip4/1.2.3.4/tcp/443/wss/p2p/A', 'invite');
  expect(keeper.relays).toHaveLength(1);
  for (let n = 0; n < 100; n += 1) keeper.add(`/dns4/x/tcp/443/wss/p2p/${String(n)}`, 'invite');
  expect(keeper.relays.length).toBeLessThan(20);
});

test('is offline when the browser is', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.add(A, 'page');
  await settle();
  world.online = false;
  expect(keeper.status).toBe('offline');
});

test('an attempt that never ends is given up and tried again', async () => {
  world.relays.set(A, 'stuck');
  const keeper = world.keeper();
  keeper.add(A, 'page');
  await settle();
  expect(keeper.relays[0]?.state).toBe('connecting');
  world.advance(12_000);
  await settle();
  expect(keeper.relays[0]?.state).toBe('unreachable');
  world.relays.set(A, 'up');
  world.advance(500);
  await settle();
  expect(keeper.relays[0]?.state).toBe('reachable');
});

test('a relay that was removed is not dialled again', async () => {
  const keeper = world.keeper();
  keeper.add(A, 'page');
  await settle();
  keeper.remove(A);
  world.advance(60_000);
  await settle();
  expect(world.dialled).toEqual([A]);
});
