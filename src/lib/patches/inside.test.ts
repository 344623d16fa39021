import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { insideOf, PATCHES } from './inside.ts';

const rows = readFileSync('src/lib/patches/README.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
const { packages: installed } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
};

test('each place is explained, of the version that is installed, with a test', () => {
  expect(rows.map(([name]) => name).toSorted()).toEqual(Object.keys(PATCHES).toSorted());
  for (const [name = '', of = '', version, why, , noticing = ''] of rows) {
    expect(PATCHES, name).toHaveProperty([name, 'package'], of);
    expect(installed[`node_modules/${of}`]?.version, of).toBe(version);
    expect(why, name).not.toBe('');
    expect(existsSync(noticing), noticing).toBe(true);
  }
});

test('each place is used, and nothing else takes a package for what it is inside', () => {
  const files = globSync(['src/lib/{adapters,patches}/**/*.ts', 'relay/src/**/*.ts']);
  const code = files
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const used = [...code.matchAll(/insideOf(?:<[^(]*>)?\(\s*'([^']+)'/g)].map(([, name]) => name);
  expect([...new Set(used)].toSorted()).toEqual(Object.keys(PATCHES).toSorted());
  expect(code).not.toMatch(/as unknown as Package/);
});

test('a package that has changed is not used as if it had not', () => {
  const listener = { incomingConnection: () => undefined, connections: new Map() };
  expect(insideOf('webrtc-handshakes', listener)).toBe(listener);
  for (const changed of [
    { connections: new Map() },
    { ...listener, connections: {} },
    { ...listener, incomingConnection: 'later' },
  ]) {
    expect(() => insideOf('webrtc-handshakes', changed)).toThrow(
      '@libp2p/webrtc has changed: incoming connections can no longer be limited',
    );
  }
});
