import { openDB } from 'idb';
import type { IDBPDatabase, IDBPObjectStore, IDBPTransaction } from 'idb';
import { WoxlyError } from '#lib/domain/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Migration, StoreName } from './migrations.ts';
import { storageFailure } from './storage-failure.ts';

/**
 * `blocked`: opening waits for another tab to let go of an older version. `superseded`: another tab needs a newer
 * version (or deletes everything), so this one has let go; only a reload helps. `terminated`: the browser closed
 * the database (its data was cleared, its disk went away); the next use opens it again.
 */
export type DatabaseEvent = 'blocked' | 'superseded' | 'terminated';

export interface DatabaseOptions {
  readonly name?: string;
  readonly migrations?: readonly Migration[];
  readonly onEvent?: (event: DatabaseEvent) => void;
}

type ReadStore = IDBPObjectStore<unknown, StoreName[], StoreName>;
type WriteStore = IDBPObjectStore<unknown, StoreName[], StoreName, 'readwrite'>;
type WriteTransaction = IDBPTransaction<unknown, StoreName[], 'readwrite'>;

/** The open database. Every method rejects with `WoxlyError<StorageFailure>` and nothing else. */
export interface Database {
  readonly read: <T>(store: StoreName, use: (store: ReadStore) => Promise<T>) => Promise<T>;
  /**
   * Writes in one transaction what `use` asks for at once: all of it or nothing. Resolves once it is on the disk
   * (`durability: 'strict'`). It is written also if the page goes away before.
   */
  readonly write: (store: StoreName, use: (store: WriteStore) => Promise<unknown>) => Promise<void>;
  /** The same where what is written depends on what is read. `use` may await nothing but the store. */
  readonly change: (
    store: StoreName,
    use: (store: WriteStore) => Promise<unknown>,
  ) => Promise<void>;
  readonly close: () => void;
}

/** Opens the database and brings it to the newest version. @throws WoxlyError<StorageFailure> */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { name = 'woxly', migrations = MIGRATIONS, onEvent = () => undefined } = options;
  let state: 'usable' | 'superseded' | 'closed' = 'usable';
  let opened: Promise<IDBPDatabase> | undefined;

  const open = () =>
    openDB(name, migrations.length, {
      upgrade: (database, from, _to, transaction) => {
        const migrated = (async () => {
          for (const migrate of migrations.slice(from)) await migrate(database, transaction);
        })();
        // Nobody waits for this: without the abort a half-made version would be kept. It fails the open request.
        transaction.done.catch(() => undefined);
        migrated.catch(() => transaction.abort());
      },
      blocked: () => onEvent('blocked'),
      blocking: (_current, _wanted, event) => {
        // Holding on would leave the other tab, which the owner looks at now, without its database.
        (event.target as IDBDatabase).close();
        if (state !== 'usable') return;
        state = 'superseded';
        onEvent('superseded');
      },
      terminated: () => {
        opened = undefined;
        onEvent('terminated');
      },
    });

  const database = async (): Promise<IDBPDatabase> => {
    if (state !== 'usable') {
      throw new WoxlyError(state === 'superseded' ? 'superseded' : 'unavailable');
    }
    opened ??= open();
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };

  /** Runs one operation with every failure told as a reason. */
  const told = async <T>(run: (database: IDBPDatabase) => Promise<T>): Promise<T> => {
    try {
      return await run(await database());
    } catch (error) {
      throw storageFailure(error);
    }
  };

  const inTransaction = (
    store: StoreName,
    use: (store: WriteStore, transaction: WriteTransaction) => Promise<unknown>,
  ): Promise<void> =>
    told(async (open) => {
      const transaction = open.transaction([store], 'readwrite', { durability: 'strict' });
      // A write that throws at once (a value that cannot be cloned) leaves the transaction to be ended here.
      const used = (async () => use(transaction.objectStore(store), transaction))().catch(
        (error: unknown) => {
          try {
            transaction.abort();
          } catch {
            // It has ended already, by the failure itself.
          }
          throw error;
        },
      );
      const [result] = await Promise.allSettled([used, transaction.done]);
      if (result.status === 'rejected') throw result.reason;
      await transaction.done;
    });

  await told(async () => undefined);

  return {
    read: (store, use) =>
      told(async (open) => use(open.transaction([store], 'readonly').objectStore(store))),

    write: (store, use) =>
      inTransaction(store, (open, transaction) => {
        const used = use(open);
        // A transaction that ends by itself waits for its answers, which a page that goes away never gets.
        transaction.commit();
        return used;
      }),

    change: inTransaction,

    close: () => {
      state = state === 'usable' ? 'closed' : state;
      void opened?.then((open) => open.close()).catch(() => undefined);
      opened = undefined;
    },
  };
}
