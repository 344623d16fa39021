import { beforeEach, describe, expect, test } from 'vitest';
import type { Contact } from '#lib/domain/contact.ts';
import type { IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { safetyNumber } from '#lib/protocol/safety-number.ts';
import { FakeClock } from '#lib/testing/fake-clock.ts';
import { memoryStores } from '#lib/testing/memory-stores.ts';
import type { MemoryStores } from '#lib/testing/memory-stores.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { encodeInvite } from '../identity/invite-link.ts';
import { createContacts } from './create-contacts.ts';
import type { ContactBook } from './create-contacts.ts';
import { mayCall } from './may-call.ts';

const clock = new FakeClock();
const [me, bob, newBob, carol] = await Promise.all([1, 2, 3, 4].map(signerNumber));
if (!me || !bob || !newBob || !carol) throw new Error('four people');
const [OWN, BOB, NEW_BOB, CAROL] = [me, bob, newBob, carol].map(({ publicKey }) =>
  identityKeyOf(publicKey),
) as [IdentityKey, IdentityKey, IdentityKey, IdentityKey];
const device = (number: number) => deviceKeyOf(new Uint8Array(32).fill(number));
const linkOf = (signer: typeof bob, ...devices: number[]) =>
  encodeInvite(
    signer,
    {
      devices: devices.map((number) => new Uint8Array(32).fill(number)),
      relays: [`/ip4/192.0.2.1/tcp/443/ws/p2p/${OWN}` as RelayAddress],
      created: clock.now(),
    },
    'https://woxly.example',
  );

let stores: MemoryStores;
let contacts: ContactBook;
let own: IdentityKey | undefined;
const load = () => createContacts({ stores, clock, ownKey: () => own });
const get = (key: IdentityKey): Contact => {
  const contact = contacts.get(key);
  if (contact === undefined) throw new Error('no such contact');
  return contact;
};

beforeEach(async () => {
  stores = memoryStores();
  own = OWN;
  contacts = await load();
});

describe('safety number', () => {
  test('of our key and theirs', async () => {
    expect(await contacts.safety(BOB)).toEqual(await safetyNumber(bob.publicKey, me.publicKey));
  });

  test('there is none before there is an identity', async () => {
    own = undefined;
    expect(await contacts.safety(BOB)).toBeUndefined();
  });
});

describe('verified', () => {
  test('is remembered, and forgotten when asked', async () => {
    await contacts.add(BOB, 'Bob');
    await contacts.setVerified(BOB, true);
    expect((await load()).trustOf(BOB)).toBe('verified');
    await contacts.setVerified(BOB, false);
    expect((await load()).trustOf(BOB)).toBe('contact');
  });

  test('makes nobody a contact who is none, and unblocks nobody', async () => {
    await contacts.setVerified(BOB, true);
    expect(contacts.all).toEqual([]);
    await contacts.block(BOB, 'Bob');
    await contacts.setVerified(BOB, true);
    await contacts.setVerified(BOB, false);
    expect(contacts.trustOf(BOB)).toBe('blocked');
  });
});

describe('a new key', () => {
  beforeEach(async () => {
    await contacts.add(await linkOf(bob, 9), 'Bob');
    await contacts.setHideAddress(BOB, true);
    await contacts.setVerified(BOB, true);
    await contacts.learn(BOB, { devices: [], relays: [] }, 7);
    await contacts.markSeen(BOB, clock.now());
  });

  test('moves the contact, with what its owner chose and none of the trust', async () => {
    const { added } = get(BOB);
    let changes = 0;
    contacts.watch(() => (changes += 1));
    const replaced = await contacts.replaceKey(BOB, await linkOf(newBob, 5));
    const contact: Contact = {
      key: NEW_BOB,
      name: 'Bob',
      trust: 'contact',
      hideAddress: true,
      added,
      epoch: 0,
      hints: {
        devices: [device(5)],
        relays: [`/ip4/192.0.2.1/tcp/443/ws/p2p/${OWN}` as RelayAddress],
      },
      keyBefore: BOB,
    };
    expect(replaced).toEqual({ ok: true, value: contact });
    expect(contacts.all).toEqual([contact]);
    expect(contacts.trustOf(BOB)).toBe('stranger');
    expect((await load()).all).toEqual([contact]);
    expect(changes).toBe(1);
  });

  test('stops calls until it is acknowledged', async () => {
    expect(mayCall(get(BOB))).toBe(true);
    await contacts.replaceKey(BOB, NEW_BOB);
    expect(mayCall(get(NEW_BOB))).toBe(false);
    await contacts.acknowledgeKey(NEW_BOB);
    expect(mayCall(get(NEW_BOB))).toBe(true);
    expect(get(NEW_BOB)).not.toHaveProperty('keyBefore');
    expect((await load()).get(NEW_BOB)).not.toHaveProperty('keyBefore');
    expect(contacts.trustOf(NEW_BOB)).toBe('contact');
  });

  test('is acknowledged by comparing its safety words', async () => {
    await contacts.replaceKey(BOB, NEW_BOB);
    await contacts.setVerified(NEW_BOB, true);
    expect(mayCall(get(NEW_BOB))).toBe(true);
    expect(contacts.trustOf(NEW_BOB)).toBe('verified');
  });

  test('survives a block: calls still wait', async () => {
    await contacts.replaceKey(BOB, NEW_BOB);
    await contacts.block(NEW_BOB);
    await contacts.unblock(NEW_BOB);
    expect(mayCall(get(NEW_BOB))).toBe(false);
  });

  test('that changes again is compared with the last one acknowledged, which calls again at once', async () => {
    await contacts.replaceKey(BOB, NEW_BOB);
    await contacts.replaceKey(NEW_BOB, CAROL);
    expect(get(CAROL).keyBefore).toBe(BOB);
    await contacts.replaceKey(CAROL, BOB);
    expect(get(BOB)).toMatchObject({ trust: 'contact', hideAddress: true });
    expect(mayCall(get(BOB))).toBe(true);
  });

  test('is refused where it is ours, anybody’s in the contacts, or no key', async () => {
    await contacts.add(CAROL, 'Carol');
    const before = contacts.all;
    for (const [text, problem] of [
      [OWN, 'own-key'],
      [CAROL, 'already-contact'],
      [BOB, 'already-contact'],
      ['', 'empty'],
      [NEW_BOB.slice(0, 30), 'cut-short'],
    ]) {
      expect(await contacts.replaceKey(BOB, text ?? '')).toEqual({ ok: false, problem });
    }
    expect(await contacts.replaceKey(NEW_BOB, NEW_BOB)).toEqual({
      ok: false,
      problem: 'not-a-key',
    });
    expect(contacts.all).toEqual(before);
  });

  test('is refused to and from somebody blocked', async () => {
    await contacts.block(CAROL, 'Carol');
    for (const [from, to] of [
      [BOB, CAROL],
      [CAROL, NEW_BOB],
    ] as const) {
      expect(await contacts.replaceKey(from, to)).toEqual({ ok: false, problem: 'blocked' });
    }
  });

  test('on a full disk nothing has changed', async () => {
    stores.failWith = new Error('full');
    await expect(contacts.replaceKey(BOB, NEW_BOB)).rejects.toThrow('full');
    expect(contacts.trustOf(BOB)).toBe('verified');
    stores.failWith = undefined;
    expect((await load()).all).toEqual(contacts.all);
  });

  test('of a key that an earlier version replaced by half the new one is left', async () => {
    const old = get(BOB);
    await contacts.replaceKey(BOB, NEW_BOB);
    await stores.write((to) => to.putContact(old));
    expect((await load()).all.map(({ key }) => key)).toEqual([NEW_BOB]);
    expect(await stores.contacts.all()).toHaveLength(1);
  });

  test('who is added anew under the old key stays', async () => {
    await contacts.replaceKey(BOB, NEW_BOB);
    await clock.advance(1);
    await contacts.add(BOB, 'Another');
    expect((await load()).all).toHaveLength(2);
  });
});

describe('whose device', () => {
  test('the one contact’s who is known by it', async () => {
    await contacts.add(await linkOf(bob, 9), 'Bob');
    expect(contacts.ownerOf(device(9))?.key).toBe(BOB);
    expect(contacts.ownerOf(device(8))).toBeUndefined();
    await contacts.learn(BOB, { devices: [device(8)], relays: [] });
    expect(contacts.ownerOf(device(8))?.key).toBe(BOB);
    await contacts.remove(BOB);
    expect(contacts.ownerOf(device(9))).toBeUndefined();
  });

  test('nobody’s, if somebody else names it as well', async () => {
    await contacts.add(await linkOf(bob, 9), 'Bob');
    await contacts.add(await linkOf(carol, 9), 'Carol');
    await contacts.add(await linkOf(newBob, 9), 'Third');
    expect(contacts.ownerOf(device(9))).toBeUndefined();
  });
});

test('namesakes: of one name however written, with another key, not blocked', async () => {
  await contacts.add(BOB, 'Bóб  Smith');
  await contacts.add(CAROL, 'Carol');
  const found = async (name: string, key = NEW_BOB) =>
    (await contacts.namesakes(name, key)).map((one) => one.key);
  expect(await found(' bÓБ\u200B Smith')).toEqual([BOB]);
  expect(await found('ＣＡＲＯＬ')).toEqual([CAROL]);
  expect(await found('Bóб Smith', BOB)).toEqual([]);
  expect(await found('Bob')).toEqual([]);
  expect(await found(' \u200B')).toEqual([]);
  await contacts.block(CAROL);
  expect(await found('Carol')).toEqual([]);
});

test('a name that was kept when less was cleaned is cleaned when it is read', async () => {
  await contacts.add(BOB, 'Bob');
  await contacts.add(CAROL, 'Carol');
  const [bob, carol] = await stores.contacts.all();
  if (!bob || !carol) throw new Error('both were added');
  await stores.write((to) => to.putContact({ ...bob, name: 'B\u034Fob\uFE0F' }));
  await stores.write((to) => to.putContact({ ...carol, name: '\u034F\uFE0F' }));
  const later = await load();
  expect(later.get(bob.key)?.name).toBe('Bob');
  expect(later.get(carol.key)?.name).toMatch(/^.{4}….{4}$/);
});

test('when somebody was seen is kept, and written once a minute at most', async () => {
  await contacts.add(BOB, 'Bob');
  const now = clock.now();
  let changes = 0;
  contacts.watch(() => (changes += 1));
  for (const after of [0, 1, 59_999, -5_000, 60_000]) await contacts.markSeen(BOB, now + after);
  expect((await load()).get(BOB)?.lastSeen).toBe(now + 60_000);
  expect(changes).toBe(2);
  await contacts.markSeen(CAROL, now);
  expect(await stores.contacts.all()).toHaveLength(1);
});

test.each([
  [undefined, true],
  [{ trust: 'contact' as const }, true],
  [{ trust: 'verified' as const }, true],
  [{ trust: 'blocked' as const }, false],
  [{ trust: 'contact' as const, keyBefore: BOB }, false],
])('a call with %j: %j', (contact, may) => {
  expect(mayCall(contact)).toBe(may);
});
