import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { BUILD_FOLDER } from './app-build.ts';
import { ROOT } from './command.ts';
import { firstPaint, networkChunk } from './bundle-graph.ts';
import type { Manifest } from './bundle-graph.ts';

/** What the first paint of the start page needs, compressed with brotli, in bytes (1 kB is 1000 bytes). */
const FIRST_PAINT_MAX_BYTES = 90_000;

/** What is loaded behind the first paint for the network: libp2p and what only it needs. */
const NETWORK_MAX_BYTES = 150_000;

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
  const first = firstPaint(manifest, page, readFileSync(CLIENT_APP, 'utf8'));
  const network = networkChunk(manifest, first, (file) =>
    readFileSync(join(BUILD_FOLDER, file), 'utf8'),
  );
  const rows = [
    row('first paint', ['index.html', ...first], FIRST_PAINT_MAX_BYTES),
    row('network', network, NETWORK_MAX_BYTES),
  ];
  return {
    ok: rows.every(({ size, budget }) => size > 0 && size <= budget),
    table: rows.map(({ lines }) => lines).join('\n'),
    note: rows.map(({ name, size, budget }) => `${name} ${kB(size)} of ${kB(budget)}`).join(', '),
  };
}

function row(name: string, files: readonly string[], budget: number) {
  const sizes = files
    .map((file) => ({ file, size: brotliBytes(file) }))
    .toSorted((a, b) => b.size - a.size);
  const size = sizes.reduce((total, each) => total + each.size, 0);
  const lines = [
    `${name}: ${kB(size)} of ${kB(budget)} brotli in ${files.length} files`,
    ...sizes.map((each) => `${kB(each.size).padStart(10)}  ${each.file}`),
  ];
  return { name, size, budget, lines: `${lines.join('\n')}\n` };
}

function brotliBytes(file: string): number {
  return brotliCompressSync(readFileSync(join(BUILD_FOLDER, file))).byteLength;
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
