import { openDB } from 'idb';
import type { IDBPDatabase, IDBPObjectStore, IDBPTransaction } from 'idb';
import { WoxlyError } from '#lib/domain/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Migration, StoreName } from './migrations.ts';
import { isLostConnection, moreTelling, storageFailure } from './storage-failure.ts';

/**
 * How long one operation may go unanswered before its connection counts as lost, ms. A slow phone takes a second; Safari
 * has connections that never answer again.
 */
const ANSWER_MS = 10_000;

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
  readonly answerMs?: number;
}

type ReadStore = IDBPObjectStore<unknown, StoreName[], StoreName>;
export type WriteStore = IDBPObjectStore<unknown, StoreName[], StoreName, 'readwrite'>;
/** One of the stores of a transaction. */
export type OpenStore = (name: StoreName) => WriteStore;
type WriteTransaction = IDBPTransaction<unknown, StoreName[], 'readwrite'>;

/**
 * The open database. Every method rejects with `WoxlyError<StorageFailure>` and nothing else. A connection that turns
 * out to be lost is opened anew, and what was asked is done again, once: so it may happen twice.
 */
export interface Database {
  readonly read: <T>(store: StoreName, use: (store: ReadStore) => Promise<T>) => Promise<T>;
  /**
   * Writes in one transaction what `use` asks for at once: all of it or nothing. Resolves once it is on the disk
   * (`durability: 'strict'`). It is written also if the page goes away before.
   */
  readonly write: (
    stores: readonly StoreName[],
    use: (open: OpenStore) => Promise<unknown>,
  ) => Promise<void>;
  /** The same where what is written depends on what is read. `use` may await nothing but the stores. */
  readonly change: (
    stores: readonly StoreName[],
    use: (open: OpenStore) => Promise<unknown>,
  ) => Promise<void>;
  readonly close: () => void;
}

/** Opens the database and brings it to the newest version. @throws WoxlyError<StorageFailure> */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { name = 'woxly', migrations = MIGRATIONS, onEvent = () => undefined } = options;
  const { answerMs = ANSWER_MS } = options;
  let state: 'usable' | 'superseded' | 'closed' = 'usable';
  let opened: Promise<IDBPDatabase> | undefined;

  const open = (): Promise<IDBPDatabase> => {
    const opening = openDB(name, migrations.length, {
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
        forget(opening);
        onEvent('terminated');
      },
    });
    opening.catch(() => forget(opening));
    return opening;
  };

  /** The next use opens a new one, unless another operation has done so already. */
  const forget = (lost: Promise<IDBPDatabase> | undefined): void => {
    if (opened === lost) opened = undefined;
  };

  const connection = (): Promise<IDBPDatabase> => {
    if (state !== 'usable') {
      throw new WoxlyError(state === 'superseded' ? 'superseded' : 'unavailable');
    }
    return (opened ??= open());
  };

  const answered = async <T>(work: Promise<T>): Promise<T> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), answerMs);
    });
    try {
      return await Promise.race([work, silence]);
    } finally {
      clearTimeout(timer);
    }
  };

  /** Runs one operation, over a new connection if it has to be, with every failure told as a reason. */
  const told = async <T>(
    run: (database: IDBPDatabase) => Promise<T>,
    abandon: () => void = () => undefined,
  ): Promise<T> => {
    for (let again = false; ; again = true) {
      let used: Promise<IDBPDatabase> | undefined;
      try {
        used = connection();
        return await answered(used.then(run));
      } catch (failure) {
        if (!isLostConnection(failure)) throw storageFailure(failure);
        abandon();
        forget(used);
        used?.then((lost) => lost.close()).catch(() => undefined);
        if (again) throw storageFailure(failure);
      }
    }
  };

  const inTransaction = (
    stores: readonly StoreName[],
    use: (open: OpenStore, transaction: WriteTransaction) => Promise<unknown>,
  ): Promise<void> => {
    let transaction: WriteTransaction | undefined;
    const abort = () => {
      try {
        transaction?.abort();
      } catch {
        // It has ended already, by the failure itself.
      }
    };
    return told(async (open) => {
      const own = open.transaction([...stores], 'readwrite', { durability: 'strict' });
      transaction = own;
      const used = (async () => use((name) => own.objectStore(name), own))();
      // A write that throws at once (a value that cannot be cloned) leaves the transaction to be ended here.
      used.catch(abort);
      const [asked, ended] = await Promise.allSettled([used, own.done]);
      if (asked.status === 'fulfilled') return own.done;
      throw ended.status === 'rejected' ? moreTelling(asked.reason, ended.reason) : asked.reason;
    }, abort);
  };

  // No deadline for the first time: it may have to wait for another tab, which somebody has to close.
  try {
    await connection();
  } catch (failure) {
    throw storageFailure(failure);
  }

  return {
    read: (store, use) =>
      told(async (open) => use(open.transaction([store], 'readonly').objectStore(store))),

    write: (stores, use) =>
      inTransaction(stores, (open, transaction) => {
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
