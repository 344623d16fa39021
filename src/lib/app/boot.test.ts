import { expect, test } from 'vitest';
import type { NodeHolder } from '#lib/adapters/browser/single-tab.ts';
import type { Woxly } from '#lib/core/woxly.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { WoxlyPerson, WoxlyWorld } from '#lib/testing/woxly-world.ts';
import { createBoot } from './boot.ts';
import type { BootStep } from './boot.ts';

/** A page of a browser whose lock is free unless another tab has it; `holders` are those who took it. */
async function page() {
  const people = await WoxlyWorld.begin();
  const browser = people.browser();
  const nodes: Woxly[] = [];
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
      const node = await browser.open();
      nodes.push(node);
      return node;
    },
  });
  return {
    boot,
    people,
    browser,
    nodes,
    world,
    holder: () => holders.at(-1) ?? expect.fail('no lock is held'),
    composeSlowly: () => void (slow = true),
    finish: () => finish(),
    holders,
  };
}

test('asked twice, also at once, it composes one node', async () => {
  const { boot, nodes } = await page();
  const [first, second] = await Promise.all([boot(), boot()]);
  expect(await boot()).toBe(first);
  expect(second).toBe(first);
  expect(nodes).toHaveLength(1);
});

test('says what it waits for, step by step', async () => {
  const { boot, world } = await page();
  world.olderTab = true;
  const steps: BootStep[] = [];
  await boot((step) => steps.push(step));
  expect(steps).toEqual(['tabs', 'storage', 'older-tab']);
});

test('taken over and taken back: the result of the takeover is the one that is live', async () => {
  const { boot, nodes, world, holder } = await page();
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
  const { boot, nodes, world } = await page();
  world.elsewhere = true;
  const elsewhere = await boot();
  if (elsewhere.kind !== 'elsewhere') expect.fail('not elsewhere');
  const [one, two] = await Promise.all([elsewhere.takeOver(), elsewhere.takeOver()]);
  expect(two).toBe(one);
  expect(nodes).toHaveLength(1);
});

test('a takeover that is refused says so, and may be tried again', async () => {
  const { boot, world } = await page();
  Object.assign(world, { elsewhere: true, refuses: true });
  const elsewhere = await boot();
  if (elsewhere.kind !== 'elsewhere') expect.fail('not elsewhere');
  await expect(elsewhere.takeOver()).rejects.toMatchObject({ reason: 'in-call' });
  world.refuses = false;
  expect((await elsewhere.takeOver()).kind).toBe('ready');
});

test('a live call keeps the node here', async () => {
  const { boot, people, browser, holder } = await page();
  const alice = await people.person('Alice');
  const ready = await boot();
  if (ready.kind !== 'ready') expect.fail('not ready');
  const { woxly } = ready;
  await woxly.identity.create('Olga');
  await until(() => woxly.reachability.status === 'reachable', 'reachable');
  const olga = new WoxlyPerson(browser, woxly);
  expect(holder().mayLeave()).toBe(true);
  await alice.call(olga);
  await olga.comesTo('incoming');
  expect(holder().mayLeave()).toBe(false);
  woxly.calls.decline();
  await olga.comesTo('ended');
  expect(holder().mayLeave()).toBe(true);
});

test('asked for while it is still composing, the node goes as soon as it is there', async () => {
  const { boot, people, nodes, holders, holder, composeSlowly, finish } = await page();
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
  // It has stopped: nothing waits for its time any more.
  expect(people.clock.waiting).toBe(0);
});

test('who asks too late to be told of a takeover is told at once', async () => {
  const { boot, holder } = await page();
  const ready = await boot();
  if (ready.kind !== 'ready') expect.fail('not ready');
  await holder().leave();
  let told = false;
  ready.onTakenOver(() => (told = true));
  expect(told).toBe(true);
});

test('what cannot be composed lets the lock go, and may be tried again', async () => {
  const { boot, world } = await page();
  world.failing = true;
  await expect(boot()).rejects.toThrow('no database');
  expect(world.released).toBe(1);
  world.failing = false;
  expect((await boot()).kind).toBe('ready');
});
