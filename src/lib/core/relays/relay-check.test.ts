import { beforeEach, describe, expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { settled } from '#lib/testing/fake-clock.ts';
import { A, B, page, RelayWorld } from '#lib/testing/relay-world.ts';
import type { RelayKeeper } from './relay-keeper.ts';

/** The network seems to have gone or changed: how soon relays are dialled anew. */

let world: RelayWorld;
let keeper: RelayKeeper;

beforeEach(() => {
  world = new RelayWorld();
  keeper = world.keeper();
});

/** Holds a reservation, and has measured the round trip. */
async function reserved(address: RelayAddress, ...others: readonly RelayAddress[]): Promise<void> {
  world.relays.set(address, 'up');
  keeper.want([page(address, ...others)]);
  await settled();
  await settled();
  world.dialled = [];
}

test('a relay that does not answer at once is dialled anew', async () => {
  await reserved(A);
  world.silent = true;
  keeper.check();
  world.advance(600);
  await settled();
  expect(world.dialled).toEqual([]);
  world.advance(100);
  await settled();
  expect(world.dialled).toEqual([A]);
});

test('also while it is probed with more patience', async () => {
  await reserved(A);
  world.silent = true;
  world.wake();
  keeper.check();
  world.advance(700);
  await settled();
  expect(world.dialled).toEqual([A]);
});

test('a relay that answers is left alone', async () => {
  await reserved(A);
  keeper.check();
  await settled();
  world.advance(2_000);
  await settled();
  expect(world.dialled).toEqual([]);
  expect(keeper.reserved).toEqual([A]);
});

test('one that is far away may take longer', async () => {
  world.far.set(B, 500);
  await reserved(B);
  world.silent = true;
  keeper.check();
  world.advance(1_400);
  await settled();
  expect(world.dialled).toEqual([]);
  world.advance(100);
  await settled();
  expect(world.dialled).toEqual([B]);
});

test('an attempt that hangs is begun anew, one that has just begun is not', async () => {
  world.relays.set(A, 'stuck');
  keeper.want([page(A)]);
  world.advance(900);
  keeper.check();
  await settled();
  expect(world.dialled).toEqual([A]);
  world.advance(100);
  world.relays.set(A, 'up');
  keeper.check();
  await settled();
  expect(world.dialled).toEqual([A, A]);
  expect(keeper.reserved).toEqual([A]);
});

test('a relay that is not reachable is tried at once', async () => {
  keeper.want([page(A)]);
  await settled();
  world.relays.set(A, 'up');
  keeper.check();
  await settled();
  expect(keeper.reserved).toEqual([A]);
});

describe('a relay with two addresses that is lost', () => {
  const OTHER = `/dns4/other.example/tcp/443/wss/p2p/A` as RelayAddress;

  /** Addresses in the order in which they are tried, once the relay is gone. */
  async function tried(changed = false): Promise<readonly string[]> {
    world.relays.clear();
    world.held.get(A)?.abort();
    world.held.get(OTHER)?.abort();
    if (changed) keeper.check(true);
    for (let seconds = 0; seconds < 60; seconds += 1) {
      await settled();
      world.advance(1_000);
    }
    return world.dialled;
  }

  test.each<[RelayAddress, RelayAddress]>([
    [A, OTHER],
    [OTHER, A],
  ])(
    'is dialled by the address that worked, and only later by the other: %s',
    async (one, other) => {
      world.relays.set(one, 'up');
      keeper.want([page(A, OTHER)]);
      for (let seconds = 0; seconds < 5; seconds += 1) {
        await settled();
        world.advance(1_000);
      }
      expect(keeper.reserved).toEqual([one]);
      world.dialled = [];
      const dialled = await tried();
      expect(dialled.slice(0, 4)).toEqual([one, one, one, one]);
      expect(dialled).toContain(other);
    },
  );

  test('after a change of network the other address has its turn after one attempt', async () => {
    await reserved(A, OTHER);
    world.dialled = [];
    const dialled = await tried(true);
    expect(dialled.indexOf(OTHER)).toBeGreaterThan(-1);
    expect(dialled.indexOf(OTHER)).toBeLessThanOrEqual(2);
  });

  test('after a change of network that it survived it is lost like any other', async () => {
    await reserved(A, OTHER);
    keeper.check(true);
    await settled();
    world.dialled = [];
    expect((await tried()).slice(0, 4)).toEqual([A, A, A, A]);
  });

  test('when something changes after many attempts, the one that worked is first', async () => {
    await reserved(A, OTHER);
    for (const change of [() => keeper.check(true), () => world.wake()]) {
      await tried();
      world.dialled = [];
      change();
      await settled();
      expect(world.dialled.slice(0, 1)).toEqual([A]);
    }
  });
});

test.each([
  [false, 5],
  [true, 25],
])(
  'a relay that stays away is dialled more often while a call is broken: %s',
  async (is, least) => {
    await reserved(A);
    world.isHurried = is;
    world.relays.delete(A);
    world.held.get(A)?.abort();
    for (let seconds = 0; seconds < 30; seconds += 1) {
      await settled();
      world.advance(1_000);
    }
    expect(world.dialled.length).toBeGreaterThanOrEqual(least);
    expect(world.dialled.length).toBeLessThan(least + 10);
  },
);

test('while a call is broken every other attempt may take long', async () => {
  await reserved(A);
  world.isHurried = true;
  world.relays.set(A, 'stuck');
  world.held.get(A)?.abort();
  const at: number[] = [];
  for (let seconds = 0; seconds < 40; seconds += 1) {
    const before = world.dialled.length;
    await settled();
    world.advance(1_000);
    if (world.dialled.length > before) at.push(seconds);
  }
  const gaps = at.slice(1).map((second, index) => second - (at[index] ?? 0) > 8);
  expect(gaps.slice(0, 4)).toEqual([true, false, true, false]);
});

test('after a call that was given up it is dialled again as soon as if it had just been lost', async () => {
  await reserved(A);
  const pass = async (most: number) => {
    for (let seconds = 0; seconds < most; seconds += 1) {
      await settled();
      world.advance(1_000);
    }
  };
  world.isHurried = true;
  world.relays.delete(A);
  world.held.get(A)?.abort();
  await pass(60);
  world.isHurried = false;
  world.dialled = [];
  await pass(10);
  expect(world.dialled.length).toBeGreaterThanOrEqual(2);
});
