import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Log } from './log.ts';
import { OptionError } from '../options/read-options.ts';

const FILE = 'lock';
/** How long another relay may take to end, ms: one that is replaced stops within two seconds. */
const WAIT_MS = 3_000;
const SQLITE_BUSY = 5;

/**
 * Keeps the data folder for this relay: two with one peer ID would each have half of the people, who then do not find
 * each other. The lock is that of SQLite on an empty database, which the system gives up with the process, however
 * that ends, and which holds between containers that share a folder.
 * @returns What gives it up.
 * @throws {OptionError} when another relay has the folder.
 */
export function lockFolder(folder: string, log: Log): () => void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, FILE), { timeout: WAIT_MS });
    database.exec('BEGIN EXCLUSIVE');
    const held = database;
    return () => held.close();
  } catch (error) {
    database?.close();
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    if (code === SQLITE_BUSY) {
      throw new OptionError(`--data: ${folder} is in use by another relay`, { cause: error });
    }
    // A folder that cannot be written, with all the keys in it, or a file system without locks.
    log.warn('the data folder cannot be locked: let no other relay use it');
    return () => undefined;
  }
}
