import type { CallRecord } from '#lib/domain/call.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { CallId, IdentityKey } from '#lib/domain/ids.ts';
import type { Profile } from '#lib/domain/profile.ts';
import type { Settings } from '#lib/domain/settings.ts';

export interface ContactStore {
  all(): Promise<readonly Contact[]>;
}

export interface CallStore {
  /** Newest first, at most `most`. */
  recent(most: number): Promise<readonly CallRecord[]>;
}

export interface ProfileStore {
  /** `unreadable`: there was a profile. */
  load(): Promise<Profile | 'unreadable' | undefined>;
}

export interface SettingsStore {
  /** With defaults for what was never set. */
  load(): Promise<Settings>;
}

/** What one unit of work asks for; done in this order. */
export interface Changes {
  /** In place of the contact with this key, if there is one. */
  putContact(contact: Contact): void;
  removeContact(key: IdentityKey): void;
  /** In place of the call with this ID, if there is one. */
  putCall(record: CallRecord): void;
  removeCall(id: CallId): void;
  clearCalls(): void;
  saveProfile(profile: Profile): void;
  saveSettings(settings: Settings): void;
}

export interface StoreWriter {
  /**
   * Does everything that `change` asks for while it runs, or nothing of it. Once the promise resolves it is there after
   * a crash (`durability: 'strict'`).
   */
  write(change: (to: Changes) => void): Promise<void>;
}

/** Everything one browser remembers, besides its keys. */
export interface Stores extends StoreWriter {
  readonly contacts: ContactStore;
  readonly calls: CallStore;
  readonly profile: ProfileStore;
  readonly settings: SettingsStore;
}
