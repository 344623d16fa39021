import type { CallRecord } from '#lib/domain/call.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { CallId, IdentityKey } from '#lib/domain/ids.ts';
import type { Profile } from '#lib/domain/profile.ts';
import type { Settings } from '#lib/domain/settings.ts';

/** Whatever is put is there after a crash (`durability: 'strict'`) once the promise resolves. */
export interface ContactStore {
  all(): Promise<readonly Contact[]>;
  put(contact: Contact): Promise<void>;
  remove(key: IdentityKey): Promise<void>;
}

export interface CallStore {
  /** Newest first, at most `most`. */
  recent(most: number): Promise<readonly CallRecord[]>;
  put(record: CallRecord): Promise<void>;
  remove(id: CallId): Promise<void>;
  clear(): Promise<void>;
}

export interface ProfileStore {
  /** `unreadable`: there was a profile. */
  load(): Promise<Profile | 'unreadable' | undefined>;
  save(profile: Profile): Promise<void>;
}

export interface SettingsStore {
  /** With defaults for what was never set. */
  load(): Promise<Settings>;
  save(settings: Settings): Promise<void>;
}

/** Everything one browser remembers, besides its keys. */
export interface Stores {
  readonly contacts: ContactStore;
  readonly calls: CallStore;
  readonly profile: ProfileStore;
  readonly settings: SettingsStore;
}
