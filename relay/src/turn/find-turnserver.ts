import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where packages put it, beside `PATH`: services often run with a short one. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
const VERSION_TIMEOUT_MS = 5_000;

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** The path of coturn's `turnserver`: `chosen` (a path, or a name to look for), or `undefined`. */
export async function findTurnserver(chosen: string, path: string): Promise<string | undefined> {
  if (isAbsolute(chosen) || chosen.includes('/')) {
    return (await isExecutable(chosen)) ? chosen : undefined;
  }
  const folders = [...path.split(delimiter).filter(isAbsolute), ...USUAL_FOLDERS];
  for (const folder of folders) {
    const candidate = join(folder, chosen || 'turnserver');
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/** The version that a `turnserver` names, such as `4.6.1`. */
export function turnserverVersion(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: VERSION_TIMEOUT_MS }, (_, out, err) =>
      resolve(/\b\d+\.\d+(\.\d+)?\b/.exec(`${out}\n${err}`)?.[0]),
    );
  });
}

/** Below 4.9 peers in denied ranges can be reached by another spelling of their address (CVE-2026-27624). */
const SAFE_VERSION = [4, 9] as const;

export function isOldTurnserver(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major < SAFE_VERSION[0] || (major === SAFE_VERSION[0] && minor < SAFE_VERSION[1]);
}
