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

  const stores: MemoryStores = {
    failWith: undefined,
    profileBroken: false,
    contacts: {
      all: () => read([...contacts.values()]),
    },
    calls: {
      recent: (most) =>
        read([...calls.values()].sort((a, b) => b.started - a.started).slice(0, most)),
    },
    profile: {
      load: async () => (stores.profileBroken ? 'unreadable' : read(profile)),
    },
    settings: {
      load: () => read({ ...DEFAULT_SETTINGS, ...settings }),
    },
    write: async (change) => {
      const asked: (() => void)[] = [];
      // Copied when it is asked for, and done once all of it could be copied.
      const ask =
        <T>(run: (given: T) => void) =>
        (given: T) => {
          const copy = structuredClone(given);
          asked.push(() => run(copy));
        };
      change({
        putContact: ask((contact) => contacts.set(contact.key, contact)),
        removeContact: ask((key) => contacts.delete(key)),
        putCall: ask((record) => calls.set(record.id, record)),
        removeCall: ask((id) => calls.delete(id)),
        clearCalls: () => asked.push(() => calls.clear()),
        saveProfile: ask((given) => {
          profile = given;
          stores.profileBroken = false;
        }),
        saveSettings: ask((given) => (settings = given)),
      });
      if (stores.failWith !== undefined) throw stores.failWith;
      for (const run of asked) run();
    },
  };
  return stores;
}
