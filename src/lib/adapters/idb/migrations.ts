import type { IDBPDatabase, IDBPTransaction } from 'idb';

/** One step of the database's shape. Forward only: what was released is never edited, only followed. */
export type Migration = (
  database: IDBPDatabase,
  transaction: IDBPTransaction<unknown, string[], 'versionchange'>,
) => void | Promise<void>;

/** The step to version N stands at place N - 1. The version of the database is the length of the list. */
export const MIGRATIONS: readonly Migration[] = [
  /** 1: contacts by key, calls by ID and age, single values (profile, settings) by name, the keys. */
  (database) => {
    database.createObjectStore('contacts', { keyPath: 'key' });
    database.createObjectStore('calls', { keyPath: 'id' }).createIndex('started', 'started');
    database.createObjectStore('values');
    database.createObjectStore('keys');
  },
];

export type StoreName = 'contacts' | 'calls' | 'values' | 'keys';
