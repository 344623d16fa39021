import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { Kept } from '#lib/testing/woxly-world.ts';
import { AppState } from './app-state.svelte.ts';

/** Everything different that `read` returned while it was followed, as a template would have shown it. */
function follow<Value>(read: () => Value): { readonly seen: Value[]; stop(): void } {
  const seen: Value[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      const value = read();
      if (value !== seen.at(-1)) seen.push(value);
    });
  });
  flushSync();
  return { seen, stop };
}

async function start(kept?: Kept) {
  const world = await WoxlyWorld.begin();
  const olga = await world.person('Olga', kept);
  const relay = world.relays[0]?.relay ?? expect.fail('no relay');
  return { world, relay, olga, app: new AppState(olga.app) };
}

test('a screen sees every change of what it read', async () => {
  const { world, relay, app } = await start();
  const { seen, stop } = follow(() => app.reachability.status);
  relay.stop();
  await settled();
  relay.start();
  await world.pass(5_000);
  stop();
  expect(seen).toEqual(['reachable', 'offline', 'reachable']);
});

test('a screen that is gone is not called any more', async () => {
  const { relay, app } = await start();
  const { seen, stop } = follow(() => app.reachability.status);
  stop();
  await Promise.resolve();
  relay.stop();
  await until(() => app.reachability.status !== 'reachable', 'not reachable');
  flushSync();
  expect(seen).toEqual(['reachable']);
});

test('acting on an engine does not make a screen depend on it', async () => {
  const { app } = await start();
  let runs = 0;
  const stop = $effect.root(() => {
    $effect(() => {
      runs += 1;
      app.reachability.retry();
      void app.contacts.read('');
    });
  });
  flushSync();
  await app.contacts.add(KEYS.alice, 'Alice');
  flushSync();
  stop();
  expect(app.contacts.people).toHaveLength(1);
  expect(runs).toBe(1);
});

test('blocked people are in a list of their own', async () => {
  const contacts = [contactOf(KEYS.alice, 'Alice'), contactOf(KEYS.boris, 'Boris')];
  const { app } = await start({ contacts });
  await app.contacts.block(KEYS.boris);
  expect(app.contacts.people.map(({ name }) => name)).toEqual(['Alice']);
  expect(app.contacts.blocked.map(({ name }) => name)).toEqual(['Boris']);
});

test('a call covers the page while it is live and after a failure, not while it rings', async () => {
  const { world, olga, app } = await start();
  const alice = await world.person('Alice');
  await alice.befriend(olga);
  const now = () => [app.calls.live, app.calls.covers];
  await alice.call(olga);
  await olga.comesTo('incoming');
  expect(now()).toEqual([true, false]);
  app.calls.accept();
  await olga.comesTo('connected');
  expect(now()).toEqual([true, true]);
  for (const { browser } of [olga, alice]) browser.paths.last.isolated = true;
  olga.browser.paths.last.report('broken');
  await world.pass(60_000);
  expect(app.calls.current).toMatchObject({ stage: 'ended', reason: 'connection-lost' });
  expect(now()).toEqual([false, true]);
  app.calls.dismiss();
  expect(now()).toEqual([false, false]);
});

test('calls with one person are found by key', async () => {
  const { app } = await start({
    calls: [recordOf('a', KEYS.alice, 'Alice', 0, 1), recordOf('b', KEYS.boris, 'Boris', 0, 2)],
  });
  expect(app.history.with(KEYS.boris).map(({ id }) => id)).toEqual(['b']);
});

test('lines in passing never pile up', async () => {
  const { app } = await start();
  for (let line = 1; line <= 5; line += 1) app.toasts.say(`line ${line}`);
  expect(app.toasts.shown.map(({ text }) => text)).toEqual(['line 3', 'line 4', 'line 5']);
  app.toasts.dismiss(app.toasts.shown[0]?.id ?? -1);
  expect(app.toasts.shown.map(({ text }) => text)).toEqual(['line 4', 'line 5']);
});
