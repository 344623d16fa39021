import { deleteDB, unwrap } from 'idb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import type { Database, DatabaseEvent } from './database.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Migration } from './migrations.ts';

const NAME = 'database';
/** A version that is not released yet, to see the way there. */
const NEXT: readonly Migration[] = [
  ...MIGRATIONS,
  async (_, transaction) => {
    const store = transaction.objectStore('values');
    await store.put(`${await store.get('greeting')} again`, 'greeting');
  },
];

const open: Database[] = [];
const opened = async (
  migrations: readonly Migration[] = MIGRATIONS,
  events: DatabaseEvent[] = [],
  answerMs?: number,
) => {
  const onEvent = (event: DatabaseEvent) => void events.push(event);
  const more = answerMs === undefined ? {} : { answerMs };
  const database = await openDatabase({ name: NAME, onEvent, migrations, ...more });
  open.push(database);
  return database;
};
const greeting = (database: Database) => database.read('values', (store) => store.get('greeting'));

beforeEach(() => deleteDB(NAME));
afterEach(() => {
  for (const database of open.splice(0)) database.close();
});

test('version 1 has the four stores, and calls by their start', async () => {
  await opened(MIGRATIONS.slice(0, 1));
  const raw = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(request.error?.message));
  });
  expect(raw.version).toBe(1);
  expect([...raw.objectStoreNames]).toEqual(['calls', 'contacts', 'keys', 'values']);
  const transaction = raw.transaction(['contacts', 'calls']);
  expect(transaction.objectStore('contacts').keyPath).toBe('key');
  expect(transaction.objectStore('calls').keyPath).toBe('id');
  expect([...transaction.objectStore('calls').indexNames]).toEqual(['started']);
  raw.close();
});

test('every version can be reached from every earlier one, with what it holds', async () => {
  const first = await opened();
  await first.write(['values'], (open) => open('values').put('hello', 'greeting'));
  first.close();
  expect(await greeting(await opened(NEXT))).toBe('hello again');
});

test('a migration that fails leaves the old version whole', async () => {
  const first = await opened();
  await first.write(['values'], (open) => open('values').put('hello', 'greeting'));
  first.close();
  const broken: Migration = async (_, transaction) => {
    await transaction.objectStore('values').clear();
    throw new Error('no');
  };
  await expect(opened([...MIGRATIONS, broken])).rejects.toMatchObject({ reason: 'unavailable' });
  expect(await greeting(await opened())).toBe('hello');
});

test('an older page does not open a newer database', async () => {
  (await opened(NEXT)).close();
  await expect(opened()).rejects.toMatchObject({ name: 'WoxlyError', reason: 'newer-version' });
});

test('a tab with an older version lets go and says so; the newer one opens', async () => {
  const events: DatabaseEvent[] = [];
  const older = await opened(MIGRATIONS, events);
  const newerEvents: DatabaseEvent[] = [];
  const newer = await opened(NEXT, newerEvents);
  expect(events).toEqual(['superseded']);
  expect(newerEvents).toEqual([]);
  await expect(greeting(older)).rejects.toMatchObject({ reason: 'superseded' });
  await newer.write(['values'], (open) => open('values').put('hi', 'greeting'));
  expect(await greeting(newer)).toBe('hi');
});

test('says that it is blocked by a tab that does not let go, and opens when it does', async () => {
  const stubborn = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => makeByHand(request.result);
    request.onsuccess = () => resolve(request.result);
  });
  const database = await openDatabase({
    name: NAME,
    migrations: NEXT,
    onEvent: (event) => {
      if (event === 'blocked') stubborn.close();
    },
  });
  open.push(database);
  expect(await greeting(database)).toBe('undefined again');
});

/** The shape of version 1, as some other program made it. */
function makeByHand(raw: IDBDatabase) {
  raw.createObjectStore('values');
}

test('a write that fails half way changes nothing', async () => {
  const database = await opened();
  await database.write(['values'], (open) => open('values').put('before', 'greeting'));
  const uncloneable = database.change(['values'], async (open) => {
    const store = open('values');
    await store.put('after', 'greeting');
    await store.put(() => undefined, 'function');
  });
  await expect(uncloneable).rejects.toMatchObject({ name: 'WoxlyError', reason: 'unavailable' });
  const atOnce = database.write(['values'], (open) =>
    open('values').put(() => undefined, 'function'),
  );
  await expect(atOnce).rejects.toMatchObject({ reason: 'unavailable' });
  expect(await greeting(database)).toBe('before');
});

test('a database that the browser took away is opened again by the next use', async () => {
  const events: DatabaseEvent[] = [];
  const database = await opened(MIGRATIONS, events);
  await database.write(['values'], (open) => open('values').put('kept', 'greeting'));
  // What the browser does when site data is cleared or the disk goes away.
  await database.read('values', async (store) => {
    const raw = unwrap(store.transaction.db);
    raw.close();
    raw.dispatchEvent(new Event('close'));
  });
  expect(events).toEqual(['terminated']);
  expect(await greeting(database)).toBe('kept');
});

/** What Safari does in the background: the connection is closed, and nobody is told. */
const loseConnection = (database: Database) =>
  database.read('values', async (store) => unwrap(store.transaction.db).close());

test('what was asked over a connection that died without a word is done over a new one', async () => {
  const database = await opened();
  await database.write(['values'], (open) => open('values').put('kept', 'greeting'));
  await loseConnection(database);
  expect(await greeting(database)).toBe('kept');
  await loseConnection(database);
  await database.write(['values'], (open) => open('values').put('written', 'greeting'));
  await loseConnection(database);
  await database.change(['values'], async (open) => {
    const store = open('values');
    await store.put(`${await store.get('greeting')} and changed`, 'greeting');
  });
  expect(await greeting(database)).toBe('written and changed');
});

test('many operations over a connection that died share one new one', async () => {
  const database = await opened();
  await loseConnection(database);
  const numbers = Array.from({ length: 20 }, (_, number) => number);
  await Promise.all(
    numbers.map((n) => database.write(['values'], (open) => open('values').put(n, `number-${n}`))),
  );
  const kept = await database.read('values', (store) => store.getAllKeys());
  expect(kept).toHaveLength(20);
});

describe('a browser in which no transaction ever', () => {
  const { transaction } = IDBDatabase.prototype;
  const { commit } = IDBTransaction.prototype;
  afterEach(() => {
    IDBDatabase.prototype.transaction = transaction;
    IDBTransaction.prototype.commit = commit;
  });

  test('begins: it is tried twice, and then told', async () => {
    const database = await opened();
    let tries = 0;
    IDBDatabase.prototype.transaction = () => {
      tries += 1;
      throw new DOMException('closing', 'InvalidStateError');
    };
    await expect(greeting(database)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(tries).toBe(2);
    IDBDatabase.prototype.transaction = transaction;
    expect(await greeting(database)).toBeUndefined();
  });

  test('answers: the silence ends, with nothing written, and what comes later is served', async () => {
    const database = await opened(MIGRATIONS, [], 50);
    const silent = database.change(['values'], async (open) => {
      const store = open('values');
      await store.put('never', 'greeting');
      // Keeps the transaction alive without end.
      for (;;) await store.get('greeting');
    });
    await expect(silent).rejects.toMatchObject({ reason: 'unavailable' });
    expect(await greeting(database)).toBeUndefined();
  });

  test('commits, because the disk is full: that is the reason which is told', async () => {
    const database = await opened();
    IDBTransaction.prototype.commit = function (this: IDBTransaction) {
      const full = new DOMException('no room', 'QuotaExceededError');
      Object.defineProperty(this, 'error', { get: () => full });
      this.abort();
    };
    const write = database.write(['values'], (open) => open('values').put('much', 'greeting'));
    await expect(write).rejects.toMatchObject({ reason: 'full' });
    IDBTransaction.prototype.commit = commit;
    expect(await greeting(database)).toBeUndefined();
  });
});

test('closed is closed', async () => {
  const database = await opened();
  database.close();
  await expect(greeting(database)).rejects.toMatchObject({ reason: 'unavailable' });
});
