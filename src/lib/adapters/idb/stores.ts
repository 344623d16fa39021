import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Changes, Stores } from '#lib/ports/stores.ts';
import type { Database, OpenStore, WriteStore } from './database.ts';
import type { StoreName } from './migrations.ts';
import { readCall, readContact, readProfile, readSettings } from './rows.ts';

const isThere = <T>(value: T | undefined): value is T => value !== undefined;

/** Everything a browser remembers, in IndexedDB. Rejects with `WoxlyError<StorageFailure>` and nothing else. */
export function idbStores({ read, write }: Database): Stores {
  return {
    contacts: {
      all: async () => {
        const rows: unknown[] = await read('contacts', (store) => store.getAll());
        return rows.map(readContact).filter(isThere);
      },
    },

    calls: {
      recent: async (most) => {
        // All at once is faster than a cursor, and the history is capped.
        const rows: unknown[] = await read('calls', (store) => store.index('started').getAll());
        return rows.reverse().map(readCall).filter(isThere).slice(0, most);
      },
    },

    profile: {
      load: async () => {
        const row: unknown = await read('values', (store) => store.get('profile'));
        return row === undefined ? undefined : (readProfile(row) ?? 'unreadable');
      },
    },

    settings: {
      load: async () => {
        const row: unknown = await read('values', (store) => store.get('settings'));
        return row === undefined ? DEFAULT_SETTINGS : readSettings(row);
      },
    },

    write: async (change) => {
      const asked: Asked[] = [];
      change(askingFor(asked));
      const names = [...new Set(asked.map(({ name }) => name))];
      if (names.length === 0) return;
      await write(names, (open) => runAll(asked, open));
    },
  };
}

/** One thing to do with a store. */
interface Asked {
  readonly name: StoreName;
  readonly run: (store: WriteStore) => Promise<unknown>;
}

/** @throws at once where a value cannot be kept; the rest is then undone with the transaction. */
function runAll(asked: readonly Asked[], open: OpenStore): Promise<unknown> {
  const running: Promise<unknown>[] = [];
  try {
    for (const { name, run } of asked) running.push(run(open(name)));
  } catch (failure) {
    for (const one of running) one.catch(() => undefined);
    throw failure;
  }
  return Promise.all(running);
}

function askingFor(asked: Asked[]): Changes {
  const ask = (name: StoreName, run: Asked['run']): void => void asked.push({ name, run });
  return {
    putContact: (contact) => ask('contacts', (store) => store.put(contact)),
    removeContact: (key) => ask('contacts', (store) => store.delete(key)),
    putCall: (record) => ask('calls', (store) => store.put(record)),
    removeCall: (id) => ask('calls', (store) => store.delete(id)),
    clearCalls: () => ask('calls', (store) => store.clear()),
    saveProfile: ({ certificate, deviceList, ...rest }) => {
      // A view would be kept with the whole buffer behind it.
      const owned = { certificate: certificate.slice(), deviceList: deviceList.slice() };
      ask('values', (store) => store.put({ ...rest, ...owned }, 'profile'));
    },
    saveSettings: (settings) => ask('values', (store) => store.put(settings, 'settings')),
  };
}
