import { beforeEach, describe, expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { DEVICES_MAX, PRESENCE_RELAYS_MAX } from '#lib/protocol/limits.ts';
import { shortKey } from '#lib/domain/short-key.ts';
import { FakeClock } from '#lib/testing/fake-clock.ts';
import { memoryStores } from '#lib/testing/memory-stores.ts';
import type { MemoryStores } from '#lib/testing/memory-stores.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { encodeInvite } from '../identity/invite-link.ts';
import { createContacts } from './create-contacts.ts';
import type { ContactBook } from './create-contacts.ts';

const clock = new FakeClock();
const own = identityKeyOf((await signerNumber(1)).publicKey);
const bob = await signerNumber(2);
const BOB = identityKeyOf(bob.publicKey);
const CAROL = identityKeyOf((await signerNumber(3)).publicKey);
const STRANGER = identityKeyOf((await signerNumber(4)).publicKey);
const deviceNumber = (number: number) => deviceKeyOf(new Uint8Array(32).fill(number));
const relayNumber = (number: number) =>
  `/ip4/192.0.2.${number}/tcp/443/ws/p2p/${own}` as RelayAddress;
const linkOf = (part: { name?: string; devices?: number[]; relays?: number[] }) =>
  encodeInvite(
    bob,
    {
      ...(part.name === undefined ? {} : { name: part.name }),
      devices: (part.devices ?? []).map((number) => new Uint8Array(32).fill(number)),
      relays: (part.relays ?? []).map(relayNumber),
      created: clock.now(),
    },
    'https://woxly.example',
  );

let stores: MemoryStores;
let contacts: ContactBook;
const load = () => createContacts({ stores, clock, ownKey: () => own });
const counted = () => {
  const count = { changes: 0 };
  contacts.watch(() => (count.changes += 1));
  return count;
};
const names = () => contacts.all.map(({ name }) => name);

beforeEach(async () => {
  stores = memoryStores();
  contacts = await load();
});

describe('add', () => {
  test('by link: with the name and the hints of the link, kept', async () => {
    const count = counted();
    const added = await contacts.add(await linkOf({ name: 'Bob', devices: [9], relays: [1, 2] }));
    const contact = {
      key: BOB,
      name: 'Bob',
      trust: 'contact',
      hideAddress: false,
      added: clock.now(),
      epoch: 0,
      hints: { devices: [deviceNumber(9)], relays: [relayNumber(1), relayNumber(2)] },
    };
    expect(added).toEqual({ ok: true, value: contact });
    expect(contacts.get(BOB)).toEqual(contact);
    expect(contacts.all).toEqual([contact]);
    expect(count.changes).toBe(1);
    expect((await load()).all).toEqual([contact]);
  });

  test.each([
    ['Bobby', 'Bob', 'Bobby'],
    [' \u200B', 'Bob', 'Bob'],
    [undefined, 'Bob', 'Bob'],
    [undefined, '\u202E', shortKey(BOB)],
    ['', undefined, shortKey(BOB)],
  ])('named %j here and %j in the link, a person is called %j', async (given, inLink, called) => {
    const link = await linkOf(inLink === undefined ? {} : { name: inLink });
    await contacts.add(link, given);
    expect(contacts.get(BOB)?.name).toBe(called);
  });

  test('by key', async () => {
    expect((await contacts.add(` ${BOB}\n`, 'Bob')).ok).toBe(true);
    expect(contacts.get(BOB)?.hints).toEqual({ devices: [], relays: [] });
  });

  test.each([
    ['empty', ''],
    ['not-a-key', 'bob'],
    ['cut-short', BOB.slice(0, 30)],
    ['own-key', own],
    ['too-long', 'x'.repeat(1_000_000)],
  ])('%s: nothing is stored', async (problem, text) => {
    expect(await contacts.add(text, 'Bob')).toEqual({ ok: false, problem });
    expect(await stores.contacts.all()).toEqual([]);
  });

  test('somebody known is refused, once and for all, and a fresh link still tells where they are', async () => {
    const [first, second] = await Promise.all([
      contacts.add(await linkOf({ devices: [9], relays: [1] }), 'Bob'),
      contacts.add(await linkOf({ devices: [8], relays: [2] }), 'Robert'),
    ]);
    expect([first.ok, second]).toEqual([true, { ok: false, problem: 'already-contact' }]);
    expect(contacts.get(BOB)?.name).toBe('Bob');
    const hints = {
      devices: [deviceNumber(8), deviceNumber(9)],
      relays: [relayNumber(2), relayNumber(1)],
    };
    expect(contacts.get(BOB)?.hints).toEqual(hints);
    expect((await load()).get(BOB)?.hints).toEqual(hints);
    const count = counted();
    await contacts.add(BOB);
    expect(count.changes).toBe(0);
  });

  test('somebody blocked is told as blocked, and learns nothing new', async () => {
    await contacts.block(BOB, 'Bob');
    expect(await contacts.add(await linkOf({ relays: [1] }))).toEqual({
      ok: false,
      problem: 'blocked',
    });
    expect(contacts.get(BOB)?.hints.relays).toEqual([]);
  });
});

test('read refuses our own key and takes a contact', async () => {
  await contacts.add(BOB, 'Bob');
  expect(await contacts.read(own)).toEqual({ ok: false, problem: 'own-key' });
  expect((await contacts.read(BOB)).ok).toBe(true);
});

test('people are in the order of their names, by the order given', async () => {
  await contacts.add(BOB, 'bob');
  await contacts.add(CAROL, 'Ära');
  await contacts.add(STRANGER, 'Zoe');
  expect(names()).toEqual(['Ära', 'bob', 'Zoe']);
  await contacts.rename(STRANGER, 'Aaron');
  expect(names()).toEqual(['Aaron', 'Ära', 'bob']);
  const backwards = await createContacts({
    stores,
    clock,
    ownKey: () => own,
    compare: (a, b) => b.localeCompare(a),
  });
  expect(backwards.all.map(({ name }) => name)).toEqual(['bob', 'Ära', 'Aaron']);
});

test('people of one name keep one order', async () => {
  for (const key of [STRANGER, BOB, CAROL]) await contacts.add(key, 'Same');
  const keys = contacts.all.map(({ key }) => key);
  expect(keys).toEqual([...keys].sort());
});

test('rename, hide the address, remove: kept and told', async () => {
  await contacts.add(BOB, 'Bob');
  const count = counted();
  await contacts.rename(BOB, ' Robert ');
  await contacts.setHideAddress(BOB, true);
  expect((await load()).get(BOB)).toMatchObject({ name: 'Robert', hideAddress: true });
  await contacts.rename(BOB, '');
  expect(contacts.get(BOB)?.name).toBe(shortKey(BOB));
  await contacts.remove(BOB);
  expect(contacts.all).toEqual([]);
  expect(count.changes).toBe(4);
  expect((await load()).all).toEqual([]);
});

test('what is said of somebody who is no contact does nothing', async () => {
  const count = counted();
  await contacts.rename(BOB, 'Bob');
  await contacts.setHideAddress(BOB, true);
  await contacts.remove(BOB);
  await contacts.unblock(BOB);
  expect(contacts.all).toEqual([]);
  expect(count.changes).toBe(0);
});

describe('block', () => {
  test('a contact, who is a contact again afterwards', async () => {
    await contacts.add(BOB, 'Bob');
    await contacts.block(BOB);
    await contacts.block(BOB, 'other');
    expect(contacts.trustOf(BOB)).toBe('blocked');
    expect((await load()).get(BOB)).toMatchObject({ name: 'Bob', trust: 'blocked' });
    await contacts.unblock(BOB);
    expect(contacts.get(BOB)).toMatchObject({ name: 'Bob', trust: 'contact' });
    expect(contacts.get(BOB)).not.toHaveProperty('before');
  });

  test('somebody verified, who is verified again afterwards', async () => {
    await contacts.add(BOB, 'Bob');
    const contact = contacts.get(BOB);
    if (contact === undefined) throw new Error('added');
    await stores.write((to) => to.putContact({ ...contact, trust: 'verified' }));
    contacts = await load();
    await contacts.block(BOB);
    await contacts.unblock(BOB);
    expect(contacts.trustOf(BOB)).toBe('verified');
  });

  test('a stranger, who is in the list while blocked and a stranger again afterwards', async () => {
    expect(contacts.trustOf(STRANGER)).toBe('stranger');
    await contacts.block(STRANGER, 'Spam \u202E');
    expect(contacts.get(STRANGER)).toMatchObject({ name: 'Spam', trust: 'blocked' });
    contacts = await load();
    await contacts.unblock(STRANGER);
    expect(contacts.trustOf(STRANGER)).toBe('stranger');
    expect(await stores.contacts.all()).toEqual([]);
  });

  test('nobody blocks themselves', async () => {
    await contacts.block(own);
    expect(contacts.all).toEqual([]);
  });
});

describe('learn', () => {
  const hints = (device: number) => ({
    devices: [deviceNumber(device)],
    relays: [relayNumber(device)],
  });

  test('takes in where a contact was found, newest first, and drops what is beyond the limits', async () => {
    await contacts.add(BOB, 'Bob');
    for (let number = 1; number <= 20; number += 1) {
      expect(await contacts.learn(BOB, hints(number), 20)).toBe(true);
    }
    const { devices = [], relays = [] } = (await load()).get(BOB)?.hints ?? {};
    expect(devices).toHaveLength(DEVICES_MAX);
    expect(relays).toHaveLength(PRESENCE_RELAYS_MAX);
    expect([devices[0], relays[0]]).toEqual([deviceNumber(20), relayNumber(20)]);
    expect((await load()).get(BOB)?.epoch).toBe(20);
  });

  test('refuses a device list older than one accepted', async () => {
    await contacts.add(BOB, 'Bob');
    await contacts.learn(BOB, hints(1), 7);
    expect(await contacts.learn(BOB, hints(2), 6)).toBe(false);
    expect(contacts.get(BOB)).toMatchObject({ epoch: 7, hints: hints(1) });
    expect(await contacts.learn(BOB, hints(1), 7)).toBe(true);
  });

  test('a newer device list takes the place of all that was known of devices', async () => {
    await contacts.add(BOB, 'Bob');
    await contacts.learn(BOB, hints(1));
    await contacts.learn(BOB, hints(2), 7);
    expect(contacts.get(BOB)).toMatchObject({ hints: hints(2), devices: hints(2).devices });
    await contacts.learn(BOB, { devices: hints(3).devices, relays: [] }, 8);
    const expected = { devices: hints(3).devices, relays: hints(2).relays };
    expect((await load()).get(BOB)).toMatchObject({ hints: expected, devices: expected.devices });
  });

  test('an epoch of a clock that is ahead does not stand in the way of later ones', async () => {
    await contacts.add(BOB, 'Bob');
    const now = Math.floor(clock.now() / 1000);
    await contacts.learn(BOB, hints(1), Number.MAX_SAFE_INTEGER);
    expect(contacts.get(BOB)?.epoch).toBe(now);
    expect(await contacts.learn(BOB, hints(2), now - 1)).toBe(false);
    expect(await contacts.learn(BOB, hints(2), now + 1)).toBe(true);
    expect(contacts.get(BOB)?.hints.devices).toEqual(hints(2).devices);
  });

  test('writes only what is new', async () => {
    await contacts.add(BOB, 'Bob');
    await contacts.learn(BOB, hints(1), 7);
    const count = counted();
    await contacts.learn(BOB, hints(1), 7);
    await contacts.learn(BOB, hints(1));
    expect(count.changes).toBe(0);
  });

  test('keeps nothing about strangers', async () => {
    expect(await contacts.learn(STRANGER, hints(1), 1)).toBe(true);
    expect(await stores.contacts.all()).toEqual([]);
  });
});

test('on a full disk nothing is shown that is not stored, and later writes work', async () => {
  await contacts.add(BOB, 'Bob');
  const count = counted();
  stores.failWith = new Error('full');
  await expect(contacts.add(CAROL, 'Carol')).rejects.toThrow('full');
  await expect(contacts.rename(BOB, 'Robert')).rejects.toThrow('full');
  await expect(contacts.block(BOB)).rejects.toThrow('full');
  await expect(contacts.remove(BOB)).rejects.toThrow('full');
  expect(names()).toEqual(['Bob']);
  expect(contacts.trustOf(BOB)).toBe('contact');
  expect(count.changes).toBe(0);
  stores.failWith = undefined;
  expect((await contacts.add(CAROL, 'Carol')).ok).toBe(true);
  expect(names()).toEqual(['Bob', 'Carol']);
});
