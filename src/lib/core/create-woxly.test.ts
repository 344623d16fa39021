import { beforeEach, expect, test } from 'vitest';
import { until } from '#lib/testing/fake-clock.ts';
import { WoxlyPerson, WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { Woxly } from './woxly.ts';

let world: WoxlyWorld;
beforeEach(async () => {
  world = await WoxlyWorld.begin();
});

const reachable = (app: Woxly) => until(() => app.reachability.status === 'reachable', 'reachable');
const published = (count: number) =>
  until(() => world.relays[0]?.relay.published.length === count, `${count} published`);
const people = () => Promise.all([world.person('Alice'), world.person('Bob')]);

test('from nothing to a call by key alone, and a history that outlives the page', async () => {
  const [alice, bob] = await people();
  await published(2);
  await alice.callText(bob.key);
  await bob.comesTo('incoming');
  expect(bob.app.calls.current?.peer).toMatchObject({ name: 'Alice', trust: 'stranger' });
  bob.app.calls.accept();
  await Promise.all([alice.comesTo('connected'), bob.comesTo('connected')]);
  bob.app.calls.hangUp();
  await alice.comesTo('ended');
  await until(() => alice.app.history.records.length === 1, 'a record');

  await alice.app.stop();
  const again = await alice.browser.open();
  expect(again.history.records).toHaveLength(1);
  expect(again.identity.profile?.name).toBe('Alice');
  await reachable(again);
});

test('a contact is learned from a lookup: devices, relays, and the device list’s epoch', async () => {
  const [alice, bob] = await people();
  await published(2);
  await alice.app.contacts.add(bob.key, 'Bob');
  await alice.callText(bob.key);
  await until(() => (alice.app.contacts.all[0]?.epoch ?? 0) > 0, 'an epoch');
  expect(alice.app.contacts.all[0]?.hints).toMatchObject({ relays: [world.relays[0]?.address] });
  expect(alice.app.contacts.all[0]?.hints.devices).toHaveLength(1);
});

test('who is restored in another browser is rung there, though the old one is still open', async () => {
  const [alice, bob] = await people();
  await alice.befriend(bob);
  await world.pass(5_000);
  const words = (await alice.app.identity.recoveryWords())?.join(' ') ?? '';
  const browser = world.browser();
  const app = await browser.open();
  await world.pass(2_000);
  await app.identity.restore(words, 'Alice');
  await reachable(app);
  await world.pass(5_000);
  const restored = new WoxlyPerson(browser, app);
  expect(restored.key).toBe(alice.key);
  await bob.callText(alice.key);
  await restored.comesTo('incoming');
  expect(alice.app.calls.current).toBeUndefined();
  bob.app.calls.hangUp();
  await restored.comesTo('ended');
  // Also by a link of before.
  await bob.call(alice);
  await until(() => app.calls.current?.stage === 'incoming', 'incoming again');
  expect(alice.app.calls.current).toBeUndefined();
});

test('whoever leaves the page tells the other side at once', async () => {
  const [alice, bob] = await people();
  await world.talk(alice, bob);
  bob.browser.pageLife.leave();
  await alice.comesTo('ended');
});

test('network code or a relay that cannot be had at first is tried again', async () => {
  const browser = world.browser();
  const { page } = browser.relayList;
  browser.networkFails = 2;
  browser.relayList.page = undefined;
  const app = await browser.open();
  await app.identity.create('Alice');
  expect(app.reachability.status).toBe('connecting');
  await until(() => browser.networkFails < 2, 'a first attempt');
  await world.pass(20_000);
  browser.relayList.page = page;
  await world.pass(40_000);
  await reachable(app);
});

test('a relay that stops and starts again has this person back', async () => {
  const { app } = await world.person('Alice');
  const relay = world.relays[0]?.relay ?? expect.fail('no relay');
  relay.stop();
  await until(() => app.reachability.status !== 'reachable', 'not reachable');
  relay.start();
  await world.pass(5_000);
  await reachable(app);
});

test('diagnostics name no key, no person and no address', async () => {
  const [alice, bob] = await people();
  await alice.call(bob);
  await bob.comesTo('incoming');
  bob.app.calls.decline();
  await alice.comesTo('ended');
  const text = await alice.app.diagnostics();
  const read = JSON.parse(text) as { calls: { outcome: string; stepsMs: object }[] };
  expect(read.calls[0]?.outcome).toBe('declined-by-peer');
  expect(read.calls[0]?.stepsMs).toHaveProperty('ringing');
  expect(text).not.toMatch(/12D3KooW|Alice|Bob|network-100/);
});

test('nothing goes on after stop', async () => {
  const { app } = await world.person('Alice');
  await app.stop();
  expect(world.clock.waiting).toBe(0);
});
