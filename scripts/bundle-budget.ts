import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { BUILD_FOLDER } from './app-build.ts';
import { ROOT } from './command.ts';
import { firstScreen, networkChunk } from './bundle-graph.ts';
import type { Manifest } from './bundle-graph.ts';

/** All that the first screen needs, compressed with brotli, in bytes (1 kB is 1000 bytes). */
const FIRST_SCREEN_MAX_BYTES = 148_000;
/** In so many files: the headers of a request and its answer are another kB. */
const FIRST_SCREEN_MAX_FILES = 15;

/** What is loaded behind the first screen for the network: libp2p and what only it needs. */
const NETWORK_MAX_BYTES = 150_000;
/** More of the bundler's small pieces than this means that `chunk-groups.ts` does not hold any more. */
const NETWORK_MAX_FILES = 3;

const MANIFEST = join(ROOT, '.svelte-kit', 'output', 'client', '.vite', 'manifest.json');
const CLIENT_APP = join(ROOT, '.svelte-kit', 'generated', 'client-optimized', 'app.js');

/** Sizes of the built app beside their budgets. */
export function bundleSizes(): {
  readonly ok: boolean;
  readonly table: string;
  readonly note: string;
} {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
  const page = readFileSync(join(BUILD_FOLDER, 'index.html'), 'utf8');
  const first = firstScreen(manifest, page, readFileSync(CLIENT_APP, 'utf8'));
  const network = networkChunk(manifest, first, (file) =>
    readFileSync(join(BUILD_FOLDER, file), 'utf8'),
  );
  const rows = [
    row('first screen', ['index.html', ...first], FIRST_SCREEN_MAX_BYTES, FIRST_SCREEN_MAX_FILES),
    row('network', network, NETWORK_MAX_BYTES, NETWORK_MAX_FILES),
  ];
  return {
    ok: rows.every(({ size, budget, count, most }) => size > 0 && size <= budget && count <= most),
    table: rows.map(({ lines }) => lines).join('\n'),
    note: rows
      .map(({ name, size, budget, count }) => `${name} ${kB(size)} of ${kB(budget)} in ${count}`)
      .join(', '),
  };
}

function row(name: string, files: readonly string[], budget: number, most: number) {
  const sizes = files
    .map((file) => ({ file, size: brotliBytes(file) }))
    .toSorted((a, b) => b.size - a.size);
  const size = sizes.reduce((total, each) => total + each.size, 0);
  const lines = [
    `${name}: ${kB(size)} of ${kB(budget)} brotli in ${files.length} of ${most} files`,
    ...sizes.map((each) => `${kB(each.size).padStart(10)}  ${each.file}`),
  ];
  return { name, size, budget, count: files.length, most, lines: `${lines.join('\n')}\n` };
}

function brotliBytes(file: string): number {
  return brotliCompressSync(readFileSync(join(BUILD_FOLDER, file))).byteLength;
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
