import { expect, test } from 'vitest';
import type { NodeHolder } from '#lib/adapters/browser/single-tab.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import { createBoot } from './boot.ts';
import type { BootStep } from './boot.ts';

/** A page whose lock is free unless another tab has it; `asked` is what the lock's holder is asked then. */
function page() {
  const nodes: FakeWoxly[] = [];
  const holders: NodeHolder[] = [];
  const world = { elsewhere: false, refuses: false, olderTab: false, released: 0, failing: false };
  let finish = (): void => undefined;
  let slow = false;
  const take = async (holder: NodeHolder) => {
    holders.push(holder);
    return { release: () => void (world.released += 1) };
  };
  const boot = createBoot({
    missingSupport: async () => undefined,
    takeLock: async (holder) => (world.elsewhere ? undefined : take(holder)),
    takeOverLock: async (holder) =>
      world.refuses ? { taken: false } : { taken: true, lock: await take(holder) },
    async compose(say) {
      if (world.olderTab) say('older-tab');
      if (slow) await new Promise<void>((resolve) => (finish = resolve));
      if (world.failing) throw new Error('no database');
      const node = new FakeWoxly();
      nodes.push(node);
      return node;
    },
  });
  return {
    boot,
    nodes,
    world,
    holder: () => holders.at(-1) ?? expect.fail('no lock is held'),
    composeSlowly: () => void (slow = true),
    finish: () => finish(),
    holders,
  };
}

test('asked twice, also at once, it composes one node', async () => {
  const { boot, nodes } = page();
  const [first, second] = await Promise.all([boot(), boot()]);
  expect(await boot()).toBe(first);
  expect(second).toBe(first);
  expect(nodes).toHaveLength(1);
});

test('says what it waits for, step by step', async () => {
  const { boot, world } = page();
  world.olderTab = true;
  const steps: BootStep[] = [];
  await boot((step) => steps.push(step));
  expect(steps).toEqual(['tabs', 'storage', 'older-tab']);
});

test('taken over and taken back: the result of the takeover is the one that is live', async () => {
  const { boot, nodes, world, holder } = page();
  const first = await boot();
  if (first.kind !== 'ready') expect.fail('not ready');
  let told = 0;
  first.onTakenOver(() => (told += 1));
  await holder().leave();
  expect(told).toBe(1);
  world.elsewhere = true;
  const elsewhere = await boot();
  if (elsewhere.kind !== 'elsewhere') expect.fail('not elsewhere');
  const back = await elsewhere.takeOver();
  expect(back.kind).toBe('ready');
  expect(await boot()).toBe(back);
  expect(nodes).toHaveLength(2);
});

test('two clicks on "Use here" are one takeover', async () => {
  const { boot, nodes, world } = page();
  world.elsewhere = true;
  const elsewhere = await boot();
  if (elsewhere.kind !== 'elsewhere') expect.fail('not elsewhere');
  const [one, two] = await Promise.all([elsewhere.takeOver(), elsewhere.takeOver()]);
  expect(two).toBe(one);
  expect(nodes).toHaveLength(1);
});

test('a takeover that is refused says so, and may be tried again', async () => {
  const { boot, world } = page();
  Object.assign(world, { elsewhere: true, refuses: true });
  const elsewhere = await boot();
  if (elsewhere.kind !== 'elsewhere') expect.fail('not elsewhere');
  await expect(elsewhere.takeOver()).rejects.toMatchObject({ reason: 'in-call' });
  world.refuses = false;
  expect((await elsewhere.takeOver()).kind).toBe('ready');
});

test('a live call keeps the node here', async () => {
  const { boot, nodes, holder } = page();
  await boot();
  expect(holder().mayLeave()).toBe(true);
  nodes[0]?.calls.ring({ key: KEYS.alice, name: 'Alice', trust: 'contact' });
  expect(holder().mayLeave()).toBe(false);
  nodes[0]?.calls.end('declined');
  expect(holder().mayLeave()).toBe(true);
});

test('asked for while it is still composing, the node goes as soon as it is there', async () => {
  const { boot, nodes, holders, holder, composeSlowly, finish } = page();
  composeSlowly();
  const booting = boot();
  await expect.poll(() => holders.length).toBe(1);
  expect(holder().mayLeave()).toBe(true);
  let left = false;
  const leaving = holder()
    .leave()
    .then(() => (left = true));
  await Promise.resolve();
  expect(left).toBe(false);
  finish();
  expect((await booting).kind).toBe('elsewhere');
  await leaving;
  expect(nodes).toHaveLength(1);
});

test('who asks too late to be told of a takeover is told at once', async () => {
  const { boot, holder } = page();
  const ready = await boot();
  if (ready.kind !== 'ready') expect.fail('not ready');
  await holder().leave();
  let told = false;
  ready.onTakenOver(() => (told = true));
  expect(told).toBe(true);
});

test('what cannot be composed lets the lock go, and may be tried again', async () => {
  const { boot, world } = page();
  world.failing = true;
  await expect(boot()).rejects.toThrow('no database');
  expect(world.released).toBe(1);
  world.failing = false;
  expect((await boot()).kind).toBe('ready');
});
