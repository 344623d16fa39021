import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './command.ts';

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly resolved?: string }>
  >;
}
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The first versions without a known advisory. */
const FLOORS = [
  ['@libp2p/gossipsub', '17.0.0'],
  ['@libp2p/circuit-relay-v2', '4.2.9'],
  ['@libp2p/peer-store', '12.0.24'],
  ['@libp2p/kad-dht', '16.2.6'],
] as const;

const lockfile = read('package-lock.json') as Lockfile;
const manifest = read('package.json') as Manifest;
const copies = Object.entries(lockfile.packages).filter(([path]) => path !== '');

test.each(FLOORS)('every copy of %s is at least %s', (name, floor) => {
  const versions = versionsOf(name);
  expect(versions.filter((version) => isBelow(version, floor))).toEqual([]);
});

test('the floors look at real copies', () => {
  const [gossipsub] = versionsOf('@libp2p/gossipsub');
  expect(gossipsub).toBeDefined();
  expect(isBelow('16.9.9', '17.0.0')).toBe(true);
  expect(isBelow('17.0.0', '17.0.0')).toBe(false);
  expect(isBelow('12.0.9', '12.0.24')).toBe(true);
});

test('the packages that moved to @libp2p are not here under their old names', () => {
  // With libp2p 3 the old gossipsub passes no message at all, and no error either.
  expect(copies.filter(([path]) => path.includes('@chainsafe/libp2p-'))).toEqual([]);
});

test('packages of libp2p are pinned to one version each', () => {
  const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  const libp2p = pins.filter(([name]) => name === 'libp2p' || name.startsWith('@libp2p/'));
  expect(libp2p.length).toBeGreaterThan(0);
  expect(libp2p.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test.each(['@libp2p/interface', '@libp2p/crypto', '@libp2p/peer-id', 'svelte'])(
  'there is one copy of %s',
  (name) => {
    expect(versionsOf(name)).toHaveLength(1);
  },
);

test('the lockfile names no registry', () => {
  expect(copies.filter(([, { resolved }]) => resolved?.includes('://'))).toEqual([]);
});

function versionsOf(name: string): readonly string[] {
  return copies
    .filter(([path]) => path.endsWith(`node_modules/${name}`))
    .map(([, { version }]) => version ?? '');
}

function isBelow(version: string, floor: string): boolean {
  return version.localeCompare(floor, 'en', { numeric: true }) < 0;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}
