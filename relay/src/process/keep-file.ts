import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** How a file is called that is being written: `identity.key.UUID.new`. */
const UNFINISHED = '.new';
const IS_UNFINISHED = /\.[0-9a-f-]{36}\.new$/;
/** How file systems say that they have no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'];

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/**
 * The text of a secret file, made on the first call. It appears whole or not at all (0600, written beside and
 * linked into place), and when two processes start at once both get what the first one made.
 */
export async function keepFile(path: string, make: () => Promise<string>): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomUUID()}${UNFINISHED}`;
  try {
    await writeWhole(beside, await make());
    // Unlike rename, link never replaces a file that another process has made in the meantime.
    await link(beside, path);
  } catch (error) {
    // The other one may have tidied up, too.
    const isMade = codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT';
    if (!isMade && !NO_LINKS.includes(String(codeOf(error)))) throw error;
    if (!isMade) await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
  await chmod(path, 0o600);
  return readFile(path, 'utf8');
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Deletes what was being written when a process was killed: whole copies of secrets, perhaps. Only for who has the
 * folder for itself.
 */
export async function sweepUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((name) => IS_UNFINISHED.test(name))) {
    await rm(join(folder, name), { force: true });
  }
}
