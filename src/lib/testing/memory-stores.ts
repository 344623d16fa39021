import type { CallRecord } from '#lib/domain/call.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { CallId, IdentityKey } from '#lib/domain/ids.ts';
import type { Profile } from '#lib/domain/profile.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { Stores } from '#lib/ports/stores.ts';

export interface MemoryStores extends Stores {
  /** While set, every write rejects with it and changes nothing: a full disk. */
  failWith: Error | undefined;
  /** While set, there is a profile which cannot be read; saving one mends it. */
  profileBroken: boolean;
}

/** What a browser remembers, for tests. Values are copied in and out, as IndexedDB does. */
export function memoryStores(): MemoryStores {
  const contacts = new Map<IdentityKey, Contact>();
  const calls = new Map<CallId, CallRecord>();
  let profile: Profile | undefined;
  let settings: Settings | undefined;

  const read = async <T>(value: T): Promise<T> => structuredClone(value);
  const write = async (change: () => void): Promise<void> => {
    if (stores.failWith !== undefined) throw stores.failWith;
    change();
  };

  const stores: MemoryStores = {
    failWith: undefined,
    profileBroken: false,
    contacts: {
      all: () => read([...contacts.values()]),
      put: (contact) => write(() => contacts.set(contact.key, structuredClone(contact))),
      remove: (key) => write(() => contacts.delete(key)),
    },
    calls: {
      recent: (most) =>
        read([...calls.values()].sort((a, b) => b.started - a.started).slice(0, most)),
      put: (record) => write(() => calls.set(record.id, structuredClone(record))),
      remove: (id) => write(() => calls.delete(id)),
      clear: () => write(() => calls.clear()),
    },
    profile: {
      load: async () => (stores.profileBroken ? 'unreadable' : read(profile)),
      save: (given) =>
        write(() => {
          profile = structuredClone(given);
          stores.profileBroken = false;
        }),
    },
    settings: {
      load: () => read({ ...DEFAULT_SETTINGS, ...settings }),
      save: (given) => write(() => (settings = structuredClone(given))),
    },
  };
  return stores;
}
