import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, run } from './command.ts';

/** The built app, as the relay serves it. */
export const BUILD_FOLDER = join(ROOT, 'build');

/** Everything the build is made of: whole folders, then files. */
const FOLDERS = ['src', 'static', 'messages'];
const FILES = [
  'package-lock.json',
  'paraglide.config.js',
  'project.inlang/settings.json',
  'scripts/bundle-graph.ts',
  'scripts/chunk-groups.ts',
  'scripts/keyed-text.ts',
  'scripts/preload-start.ts',
  'scripts/webrtc-dial-fix.ts',
  'svelte.config.js',
  'vite.config.ts',
];

/** Names the sources of the build beside it; a build made by hand has none, and is made again. */
const STAMP = join(BUILD_FOLDER, '.built-from');

/** Whether the built app is there and was made from the sources as they are. */
function appIsBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourcesHash();
}

/** Builds the app. Resolves to what the build printed, and whether it succeeded. */
export async function buildApp(): Promise<{ readonly ok: boolean; readonly output: string }> {
  const hash = sourcesHash();
  rmSync(STAMP, { force: true });
  const { code, output } = await run(['vite', 'build']);
  if (code === 0) writeFileSync(STAMP, hash);
  return { ok: code === 0, output };
}

/** Builds the app unless that is done. Throws with the output of a build that failed. */
export async function ensureApp(onBuild: () => void): Promise<void> {
  if (appIsBuilt()) return;
  onBuild();
  const { ok, output } = await buildApp();
  if (!ok) throw new Error(`The app could not be built.\n${output}`);
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const path of sources()) {
    hash.update(`${path}\0`);
    hash.update(readFileSync(join(ROOT, path)));
    hash.update('\0');
  }
  return hash.digest('hex');
}

function sources(): readonly string[] {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  );
  return (
    [...inFolders, ...FILES]
      // Tests are not part of the app, and the build itself writes the compiled messages.
      .filter(
        (path) => !path.includes('.test.') && !path.startsWith(join('src', 'lib', 'messages')),
      )
      .sort()
  );
}
