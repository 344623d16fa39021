import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

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
  const beside = `${path}.${randomUUID()}.new`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(await make());
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    // Unlike rename, link never replaces a file that another process has made in the meantime.
    await link(beside, path);
    await unlink(beside);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') await unlink(beside);
    else await rename(beside, path); // no hard links on this file system
  }
  await chmod(path, 0o600);
  return readFile(path, 'utf8');
}
