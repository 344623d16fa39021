import { beforeEach, expect, test } from 'vitest';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { NetworkFailure, Reservation } from '#lib/ports/peer-network.ts';
import { createRelayKeeper } from './relay-keeper.ts';
import type { RelayKeeper, WantedRelay } from './relay-keeper.ts';

const relay = (id: string): string => `/dns4/${id.toLowerCase()}.example/tcp/443/wss/p2p/${id}`;
const [A, B, C, D] = ['A', 'B', 'C', 'D'].map(relay) as [string, string, string, string];
const page = (...addresses: string[]): WantedRelay => ({ addresses, origin: 'page' });
const invite = (...addresses: string[]): WantedRelay => ({ addresses, origin: 'invite' });

/** A world with one hand-turned clock, and relays that are up, down or full. */
class World {
  now = 0;
  online = true;
  timers: { at: number; run: () => void }[] = [];
  dialled: string[] = [];
  relays = new Map<string, NetworkFailure | 'up' | 'stuck'>();
  held = new Map<string, AbortController>();
  released: string[] = [];
  silent = false;
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
      network: {
        reserve,
        probe: (address, signal) =>
          new Promise((answer, fail) => {
            if (!this.silent) answer();
            signal.addEventListener('abort', () => {
              this.held.get(address)?.abort();
              fail(new WoxlyError('unreachable'));
            });
          }),
        release: (address) => {
          this.released.push(address);
          this.held.get(address)?.abort();
        },
      },
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
  keeper.want([page(A), invite(B)]);
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
  keeper.want([page(A)]);
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
  keeper.want([page(A)]);
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
  keeper.want([page(A)]);
  await settle();
  world.relays.set(A, 'up');
  world.wake();
  await settle();
  expect(keeper.status).toBe('reachable');
});

test('a relay that is full is told apart from one that is down', async () => {
  world.relays.set(A, 'refused');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settle();
  expect(keeper.relays[0]?.state).toBe('refused');
});

test('a relay named twice is one relay, and strangers cannot make the list long', () => {
  const keeper = world.keeper();
  keeper.want([page(A), invite('/ip4/1.2.3.4/tcp/443/wss/p2p/A')]);
  expect(keeper.relays).toHaveLength(1);
  keeper.want(Array.from({ length: 100 }, (_, n) => invite(relay(String(n)))));
  expect(keeper.relays.length).toBeLessThan(20);
});

test('three reservations at the most, for the dearest; the others are in reserve', async () => {
  for (const one of [A, B, C, D]) world.relays.set(one, 'up');
  const keeper = world.keeper();
  keeper.want([invite(B), invite(C), invite(D)]);
  await settle();
  keeper.want([page(A), invite(B), invite(C), invite(D)]);
  await settle();
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
  await settle();
  world.relays.set(A, 'unreachable');
  world.held.get(A)?.abort();
  await settle();
  expect(keeper.reserved).toEqual([B, C, D]);
  world.relays.set(A, 'up');
  world.advance(30_000);
  await settle();
  expect(keeper.reserved).toEqual([A, B, C]);
});

test('each failure goes on to the next address of the relay', async () => {
  const other = '/ip4/1.2.3.4/udp/9/webrtc-direct/certhash/x/p2p/A';
  world.relays.set(other, 'up');
  const keeper = world.keeper();
  keeper.want([page(A, other)]);
  await settle();
  world.advance(500);
  await settle();
  expect(keeper.reserved).toEqual([other]);
});

test('a relay that is silent after the page slept is dialled anew', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settle();
  world.silent = true;
  world.wake();
  world.advance(2_000);
  await settle();
  expect(world.dialled).toEqual([A, A]);
  expect(keeper.status).toBe('reachable');
});

test('is offline when the browser is', async () => {
  world.relays.set(A, 'up');
  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settle();
  world.online = false;
  expect(keeper.status).toBe('offline');
});

test('an attempt that never ends is given up and tried again', async () => {
  world.relays.set(A, 'stuck');
  const keeper = world.keeper();
  keeper.want([page(A)]);
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

test('a relay that is not wanted any more is let go, and not dialled again', async () => {
  world.relays.set(B, 'up');
  const both = world.keeper();
  both.want([invite(B)]);
  await settle();
  both.want([]);
  expect(world.released).toEqual([B]);
  world.dialled = [];

  const keeper = world.keeper();
  keeper.want([page(A)]);
  await settle();
  keeper.want([]);
  world.advance(60_000);
  await settle();
  expect(world.dialled).toEqual([A]);
});
