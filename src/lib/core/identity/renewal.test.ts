import { beforeEach, expect, test } from 'vitest';
import { FakeClock, until } from '#lib/testing/fake-clock.ts';
import { identityBrowser, papersOf } from '#lib/testing/identity-browser.ts';
import { CERTIFICATE_RENEW_BEFORE_MS, CERTIFICATE_TTL_MS } from './device-papers.ts';
import type { OwnIdentity } from './create-identity.ts';

const DAY_MS = 86_400_000;
const DUE = CERTIFICATE_TTL_MS - CERTIFICATE_RENEW_BEFORE_MS;

let world: ReturnType<typeof identityBrowser>;
let identity: OwnIdentity;
beforeEach(async () => {
  world = identityBrowser();
  identity = await world.load();
});

test('a running app renews when fewer than 90 days are left, under a higher epoch', async () => {
  await identity.create('Alice');
  const first = identity.certificate();
  await world.clock.advance(DUE);
  await identity.renew();
  expect(identity.certificate()).toBe(first);
  const before = await papersOf(identity, world.clock.now());
  // By itself, at the daily look.
  let changed = false;
  identity.watch(() => (changed = true));
  await world.clock.advance(DAY_MS);
  await until(() => changed, 'the renewal');
  const after = await papersOf(identity, world.clock.now());
  expect((after.certificate?.expires ?? 0) - world.clock.now()).toBeGreaterThan(
    CERTIFICATE_TTL_MS - DAY_MS,
  );
  expect(after.list?.epoch).toBeGreaterThan(before.list?.epoch ?? Infinity);
  expect(after.certificate?.device).toEqual(before.certificate?.device);
  await world.close();
  expect((await world.load()).certificate()).toEqual(identity.certificate());
});

test.each([
  ['soon to expire', DUE + 1],
  ['expired', CERTIFICATE_TTL_MS + DAY_MS],
])('a certificate that is %s is renewed at start', async (_, pause) => {
  await identity.create('Alice');
  await world.close();
  const before = identity.certificate();
  await world.clock.advance(pause);
  const again = await world.load();
  expect(again.certificate()).not.toEqual(before);
  const { certificate, list } = await papersOf(again, world.clock.now());
  expect(certificate?.expires).toBe(world.clock.now() + CERTIFICATE_TTL_MS);
  expect(list?.certificates).toHaveLength(1);
  expect(await world.stores.profile.load()).toMatchObject({ name: 'Alice' });
});

test('an epoch that a clock years ahead has made, which nobody believes, is given up', async () => {
  const ahead = new FakeClock(world.clock.now() + 20 * CERTIFICATE_TTL_MS);
  const wrong = await world.load(ahead);
  await wrong.create('Alice');
  const before = await papersOf(wrong, ahead.now());
  const right = await world.load();
  const after = await papersOf(right, world.clock.now());
  expect(after.certificate?.expires).toBe(world.clock.now() + CERTIFICATE_TTL_MS);
  expect(before.list?.epoch).toBe(Math.floor(ahead.now() / 1_000));
  expect(after.list?.epoch).toBe(Math.floor(world.clock.now() / 1_000));
});

test('papers that cannot be read, or of other keys, are signed anew', async () => {
  await identity.create('Alice');
  const stored = await world.stores.profile.load();
  if (stored === undefined || stored === 'unreadable') throw new Error('stored');
  for (const certificate of [new Uint8Array(), stored.deviceList]) {
    await world.stores.write((to) => to.saveProfile({ ...stored, certificate }));
    const { certificate: opened } = await papersOf(await world.load(), world.clock.now());
    expect(opened).toBeDefined();
    expect(opened?.device).toEqual(identity.keys?.device.publicKey);
  }
  const { device } = await world.vault.create(new Uint8Array(16));
  const { certificate } = await papersOf(await world.load(), world.clock.now());
  expect(certificate?.device).toEqual(device.publicKey);
});

test('a full disk at start keeps nobody from ringing', async () => {
  await identity.create('Alice');
  await world.close();
  await world.clock.advance(CERTIFICATE_TTL_MS * 2);
  world.stores.failWith = new Error('full');
  const { certificate } = await papersOf(await world.load(), world.clock.now());
  expect(certificate).toBeDefined();
});

test('stop leaves no timer behind', async () => {
  const { clock, load, close } = identityBrowser(3);
  await load();
  await close();
  expect(clock.waiting).toBe(0);
});
