import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import { AppState } from './app-state.svelte.ts';

/** Everything `read` returned while it was followed, as a template would have shown it. */
function follow<Value>(read: () => Value): { readonly seen: Value[]; stop(): void } {
  const seen: Value[] = [];
  const stop = $effect.root(() => {
    $effect(() => void seen.push(read()));
  });
  flushSync();
  return { seen, stop };
}

function start() {
  const fake = new FakeWoxly();
  return { fake, app: new AppState(fake) };
}

test('a screen sees every change of what it read', async () => {
  const { fake, app } = start();
  const { seen, stop } = follow(() => app.reachability.status);
  fake.reachability.set('offline');
  flushSync();
  fake.reachability.set('connecting');
  flushSync();
  stop();
  expect(seen).toEqual(['reachable', 'offline', 'connecting']);
});

test('a screen that is gone is not called any more', async () => {
  const { fake, app } = start();
  const { seen, stop } = follow(() => app.reachability.status);
  stop();
  await Promise.resolve();
  fake.reachability.set('offline');
  flushSync();
  expect(seen).toEqual(['reachable']);
});

test('acting on an engine does not make a screen depend on it', async () => {
  const { app } = start();
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
  expect(runs).toBe(1);
});

test('blocked people are in a list of their own', () => {
  const { fake, app } = start();
  fake.contacts.set([
    contactOf(KEYS.alice, 'Alice'),
    contactOf(KEYS.boris, 'Boris', { trust: 'blocked' }),
  ]);
  expect(app.contacts.people.map(({ name }) => name)).toEqual(['Alice']);
  expect(app.contacts.blocked.map(({ name }) => name)).toEqual(['Boris']);
});

test('a call covers the page while it is live and after a failure, not while it rings', () => {
  const { fake, app } = start();
  fake.calls.ring({ key: KEYS.alice, name: 'Alice', trust: 'contact' });
  expect([app.calls.live, app.calls.covers]).toEqual([true, false]);
  fake.calls.go('connected');
  expect([app.calls.live, app.calls.covers]).toEqual([true, true]);
  fake.calls.end('connection-lost');
  expect([app.calls.live, app.calls.covers]).toEqual([false, true]);
  app.calls.dismiss();
  expect([app.calls.live, app.calls.covers]).toEqual([false, false]);
});

test('calls with one person are found by key', () => {
  const { fake, app } = start();
  fake.history.set([
    recordOf('a', KEYS.alice, 'Alice', 0, 1),
    recordOf('b', KEYS.boris, 'Boris', 0, 2),
  ]);
  expect(app.history.with(KEYS.boris).map(({ id }) => id)).toEqual(['b']);
});

test('lines in passing never pile up', () => {
  const { app } = start();
  for (let line = 1; line <= 5; line += 1) app.toasts.say(`line ${line}`);
  expect(app.toasts.shown.map(({ text }) => text)).toEqual(['line 3', 'line 4', 'line 5']);
  app.toasts.dismiss(app.toasts.shown[0]?.id ?? -1);
  expect(app.toasts.shown.map(({ text }) => text)).toEqual(['line 4', 'line 5']);
});
