import { deleteDB, unwrap } from 'idb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { DEVICES_MAX, PRESENCE_RELAYS_MAX } from '#lib/protocol/limits.ts';
import { storeContract } from '#lib/testing/store-contract.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { idbStores } from './stores.ts';

const { commit } = IDBTransaction.prototype;
/** As a transaction ends on a full disk. */
function commitWithoutRoom(this: IDBTransaction) {
  const full = new DOMException('no room', 'QuotaExceededError');
  Object.defineProperty(this, 'error', { get: () => full });
  this.abort();
}
afterEach(() => (IDBTransaction.prototype.commit = commit));

let count = 0;

storeContract('IndexedDB', async () => {
  const name = `contract-${(count += 1)}`;
  await deleteDB(name);
  let database: Database | undefined;
  return {
    open: async () => idbStores((database = await openDatabase({ name }))),
    stop: async () => database?.close(),
    fill: (full) => {
      IDBTransaction.prototype.commit = full ? commitWithoutRoom : commit;
    },
    loseConnection: async () =>
      database?.read('values', async (store) => unwrap(store.transaction.db).close()),
    damageProfile: async () =>
      database?.write(['values'], (open) => open('values').put(7, 'profile')),
  };
});

const NAME = 'rows';
const ALICE = {
  key: identityKeyOf(new Uint8Array(32).fill(1)),
  name: 'Alice',
  trust: 'contact',
  hideAddress: false,
  added: 1,
  hints: { devices: [], relays: [] },
  epoch: 0,
} as const;
const CALL = {
  id: 'ab'.repeat(16),
  peer: ALICE.key,
  peerName: 'Alice',
  direction: 'outgoing',
  started: 1,
  ended: 2,
  reason: 'hung-up',
  missed: false,
  seen: true,
};

let database: Database;
beforeEach(async () => {
  await deleteDB(NAME);
  database = await openDatabase({ name: NAME });
});
afterEach(() => database.close());

test.each([
  ['no name', { ...ALICE, name: undefined }],
  ['an empty name', { ...ALICE, name: '' }],
  ['a trust that does not exist', { ...ALICE, trust: 'admin' }],
  ['a key that is none', { ...ALICE, key: '12D3KooWnone' }],
])('a contact with %s is passed over, the others are read', async (_, row) => {
  await database.change(['contacts'], async (open) => {
    const store = open('contacts');
    await store.put(row);
    await store.put({ ...ALICE, key: identityKeyOf(new Uint8Array(32).fill(2)), name: 'Bob' });
  });
  const names = (await idbStores(database).contacts.all()).map(({ name }) => name);
  expect(names).toEqual(['Bob']);
});

test('a contact with bad lesser fields is kept, and shows nobody our address', async () => {
  const row = { ...ALICE, hideAddress: 'no', added: 'x', hints: { devices: ['x'] }, epoch: -1 };
  await database.write(['contacts'], (open) => open('contacts').put(row));
  expect(await idbStores(database).contacts.all()).toEqual([
    { ...ALICE, hideAddress: true, added: 0 },
  ]);
});

test('a change of key that cannot be read still stands, and a time that is none goes', async () => {
  const other = identityKeyOf(new Uint8Array(32).fill(3));
  await database.write(['contacts'], (open) =>
    open('contacts').put({ ...ALICE, keyBefore: 7, lastSeen: 'x' }),
  );
  expect(await idbStores(database).contacts.all()).toEqual([{ ...ALICE, keyBefore: ALICE.key }]);
  const row = { ...ALICE, keyBefore: other, lastSeen: 5 };
  await database.write(['contacts'], (open) => open('contacts').put(row));
  expect(await idbStores(database).contacts.all()).toEqual([row]);
});

test('who may have hidden stays hidden, and settings of an older version get the defaults', async () => {
  const { settings } = idbStores(database);
  const unreadable = { sharePresence: 'x', hideAddress: 0, strangersMayRing: null };
  const hidden = { sharePresence: false, hideAddress: true, strangersMayRing: false };
  await database.write(['values'], (open) =>
    open('values').put(
      { ...DEFAULT_SETTINGS, ...unreadable, iceServers: [{ url: 7 }] },
      'settings',
    ),
  );
  expect(await settings.load()).toEqual({ ...DEFAULT_SETTINGS, ...hidden });
  await database.write(['values'], (open) => open('values').put({ hideAddress: true }, 'settings'));
  expect(await settings.load()).toEqual({ ...DEFAULT_SETTINGS, hideAddress: true });
});

test('calls that cannot be read are passed over and do not count', async () => {
  await database.change(['calls'], async (open) => {
    const store = open('calls');
    await store.put({ ...CALL, started: 9, reason: 'aliens' });
    await store.put({ ...CALL, id: 'short', started: 8 });
    await store.put({ ...CALL, id: 'cd'.repeat(16) });
  });
  expect(await idbStores(database).calls.recent(1)).toEqual([{ ...CALL, id: 'cd'.repeat(16) }]);
});

test('a broken profile still says that there is one; settings fall back one by one', async () => {
  await database.change(['values'], async (open) => {
    const store = open('values');
    await store.put({ name: 'Alice', wordsConfirmed: 1, certificate: 'x' }, 'profile');
    await store.put({ hideAddress: true, ringVolume: 7, relays: 'x', colour: 'red' }, 'settings');
  });
  const { profile, settings } = idbStores(database);
  const empty = new Uint8Array();
  expect(await profile.load()).toEqual({
    name: 'Alice',
    created: 0,
    wordsConfirmed: false,
    certificate: empty,
    deviceList: empty,
  });
  expect(await settings.load()).toEqual({ ...DEFAULT_SETTINGS, hideAddress: true });
});

test('rows that are not even objects say that there was one, and show nothing to anybody', async () => {
  await database.change(['values'], async (open) => {
    const store = open('values');
    await store.put('text', 'profile');
    await store.put(7, 'settings');
  });
  const { profile, settings } = idbStores(database);
  expect(await profile.load()).toBe('unreadable');
  const hidden = { hideAddress: true, strangersMayRing: false, sharePresence: false };
  expect(await settings.load()).toEqual({ ...DEFAULT_SETTINGS, ...hidden });
});

test('a row that grew beyond measure is read as far as anybody needs', async () => {
  const key = deviceKeyOf(new Uint8Array(32).fill(5));
  const relays = Array.from(
    { length: 10_000 },
    (_, at) => `/dns4/r${String(at)}.example/tcp/1/ws/p2p/${key}`,
  );
  const devices = Array<string>(1_000).fill(deviceKeyOf(new Uint8Array(32).fill(4)));
  const hints = { devices, relays: ['x'.repeat(10_000), '/dns4/r.example/tcp/1/ws', ...relays] };
  await database.write(['contacts'], (open) => open('contacts').put({ ...ALICE, hints, devices }));
  const [read] = await idbStores(database).contacts.all();
  expect(read?.hints.relays).toEqual(relays.slice(0, PRESENCE_RELAYS_MAX));
  expect(read?.hints.devices).toHaveLength(DEVICES_MAX);
  expect(read).not.toHaveProperty('devices');
  await database.write(['values'], (open) =>
    open('values').put({ relays, preferredRelays: devices, refusedRelays: devices }, 'settings'),
  );
  const settings = await idbStores(database).settings.load();
  expect(settings.relays).toHaveLength(64);
  expect(settings.refusedRelays).toHaveLength(256);
});

test('the devices of a list are kept', async () => {
  const row = { ...ALICE, devices: [deviceKeyOf(new Uint8Array(32).fill(4))] };
  await database.write(['contacts'], (open) => open('contacts').put(row));
  expect(await idbStores(database).contacts.all()).toEqual([row]);
});
