import { beforeEach, describe, expect, test } from 'vitest';
import type { RelayKeeper } from './relay-keeper.ts';
import { settled } from '#lib/testing/fake-clock.ts';
import { A, B, C, D, directory, invite, own, page, RelayWorld } from '#lib/testing/relay-world.ts';

let world: RelayWorld;
beforeEach(() => (world = new RelayWorld()));

/** The next review of round trips, and whatever it sets going. */
async function review(): Promise<void> {
  world.advance(150_000);
  for (let turns = 0; turns < 3; turns += 1) await settled();
}

describe('moving to a better relay', () => {
  /** Three relays are held, the last of which is slow, and D is known and has not been tried. */
  async function slowThird(third = directory(C), spare = directory(D)): Promise<RelayKeeper> {
    for (const one of [A, B, C]) world.relays.set(one, 'up');
    world.far.set(C, 400);
    const keeper = world.keeper();
    keeper.want([page(A), directory(B), third]);
    await settled();
    world.relays.set(D, 'up');
    keeper.want([page(A), directory(B), third, spare]);
    await settled();
    expect([...keeper.reserved].sort()).toEqual([A, B, C]);
    return keeper;
  }

  test('a clearly slow one is given up once the better one holds', async () => {
    const keeper = await slowThird();
    await review();
    expect([...keeper.reserved].sort()).toEqual([A, B, D]);
    expect(world.released).toEqual([C]);
    expect(world.dialled.indexOf(D)).toBeGreaterThan(0);
  });

  test('one that is no better is let go again, and not tried again soon', async () => {
    world.far.set(D, 390);
    const keeper = await slowThird();
    await review();
    await review();
    expect(keeper.reserved).toEqual([A, B, C]);
    expect(world.released).toEqual([D]);
    expect(world.dialled.filter((one) => one === D)).toHaveLength(1);
  });

  test('one that cannot be reached costs nothing', async () => {
    const keeper = await slowThird();
    world.relays.set(D, 'unreachable');
    await review();
    expect(keeper.reserved).toEqual([A, B, C]);
    expect(world.released).toEqual([]);
  });

  test('not while a call may go over it', async () => {
    world.mayMove = false;
    const keeper = await slowThird();
    await review();
    expect(world.dialled).not.toContain(D);
    world.mayMove = true;
    await review();
    expect([...keeper.reserved].sort()).toEqual([A, B, D]);
  });

  test('a call that begins while another relay is tried keeps the one in use', async () => {
    const keeper = await slowThird();
    world.relays.set(D, 'stuck');
    await review();
    world.mayMove = false;
    world.held.get(B)?.abort();
    await settled();
    expect(keeper.reserved).toContain(C);
  });

  test('nobody’s invite takes the place of a relay that others vouch for', async () => {
    const keeper = await slowThird(directory(C), invite(D));
    await review();
    expect(keeper.reserved).toEqual([A, B, C]);
    expect(world.dialled).not.toContain(D);
  });

  test('what is good enough, or chosen by hand, stays', async () => {
    const keeper = await slowThird(own(C));
    await review();
    expect([...keeper.reserved].sort()).toEqual([A, B, C]);
    world.far.set(B, 100);
    await review();
    expect([...keeper.reserved].sort()).toEqual([A, B, C]);
  });
});

test('nobody is moved in a call: a relay of lower rank goes when it is over', async () => {
  for (const one of [A, B, C, D]) world.relays.set(one, 'up');
  const keeper = world.keeper();
  keeper.want([invite(B), invite(C), invite(D)]);
  await settled();
  world.mayMove = false;
  keeper.want([page(A), invite(B), invite(C), invite(D)]);
  await settled();
  expect(keeper.reserved).toEqual([A, B, C, D]);
  world.mayMove = true;
  await review();
  expect(keeper.reserved).toEqual([A, B, C]);
});
