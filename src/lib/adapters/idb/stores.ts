import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Stores } from '#lib/ports/stores.ts';
import type { Database } from './database.ts';
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
      put: (contact) => write('contacts', (store) => store.put(contact)),
      remove: (key) => write('contacts', (store) => store.delete(key)),
    },

    calls: {
      recent: async (most) => {
        // All at once is faster than a cursor, and the history is capped.
        const rows: unknown[] = await read('calls', (store) => store.index('started').getAll());
        return rows.reverse().map(readCall).filter(isThere).slice(0, most);
      },
      put: (record) => write('calls', (store) => store.put(record)),
      remove: (id) => write('calls', (store) => store.delete(id)),
      clear: () => write('calls', (store) => store.clear()),
    },

    profile: {
      load: async () => {
        const row: unknown = await read('values', (store) => store.get('profile'));
        return row === undefined ? undefined : (readProfile(row) ?? 'unreadable');
      },
      save: ({ certificate, deviceList, ...rest }) => {
        // A view would be kept with the whole buffer behind it.
        const owned = { certificate: certificate.slice(), deviceList: deviceList.slice() };
        return write('values', (store) => store.put({ ...rest, ...owned }, 'profile'));
      },
    },

    settings: {
      load: async () => {
        const row: unknown = await read('values', (store) => store.get('settings'));
        return row === undefined ? DEFAULT_SETTINGS : readSettings(row);
      },
      save: (settings) => write('values', (store) => store.put(settings, 'settings')),
    },
  };
}
