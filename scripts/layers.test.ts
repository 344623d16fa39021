import { ESLint } from 'eslint';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, run } from './command.ts';

/**
 * Both nets under `layers.js` must catch a forbidden import. Each case is planted as a real file in a copy of the
 * sources; type rules are left out, because they cost ten seconds and are not what is tested.
 */
interface Plant {
  readonly file: string;
  readonly code: string;
  readonly nets: readonly ('eslint' | 'cruiser')[];
}
const both = ['eslint', 'cruiser'] as const;

const FORBIDDEN: readonly Plant[] = [
  {
    file: 'src/lib/domain/planted-core.ts',
    code: `export { Watchers } from '#lib/core/watchable.ts';`,
    nets: both,
  },
  {
    file: 'src/lib/domain/planted-type.ts',
    code: `export type { Watchable } from '#lib/core/watchable.ts';`,
    nets: both,
  },
  {
    file: 'src/lib/core/call/planted-relative.ts',
    code: `export { concatBytes } from '../../domain/bytes.ts';`,
    nets: ['eslint'],
  },
  {
    file: 'src/lib/core/planted-dynamic.ts',
    code: `export const load = () => import('#lib/adapters/browser/clock.ts');`,
    nets: ['cruiser'],
  },
  {
    file: 'src/lib/core/planted-testing.ts',
    code: `export * from '#lib/testing/planted.ts';`,
    nets: both,
  },
  {
    file: 'src/lib/core/planted-package.ts',
    code: `export { createLibp2p } from 'libp2p';`,
    nets: both,
  },
  {
    file: 'src/lib/core/planted-node.ts',
    code: `export { readFileSync } from 'node:fs';`,
    nets: both,
  },
  {
    file: 'src/lib/core/planted-runner.ts',
    code: `export { test } from 'vitest';`,
    nets: both,
  },
  {
    file: 'src/lib/core/planted-nowhere.ts',
    code: `export { nothing } from '#lib/domain/nowhere.ts';`,
    nets: ['cruiser'],
  },
  {
    file: 'src/lib/core/planted-cycle.ts',
    code: `export { b } from './planted-cycle-b.ts';\nexport const a = 1;`,
    // The cycle is told once, at its other end.
    nets: [],
  },
  {
    file: 'src/lib/core/planted-cycle-b.ts',
    code: `export { a } from './planted-cycle.ts';\nexport const b = 1;`,
    nets: ['cruiser'],
  },
  {
    file: 'src/lib/adapters/idb/planted-neighbour.ts',
    code: `export { planted } from '../browser/planted.ts';`,
    nets: both,
  },
  {
    file: 'src/lib/ui/planted.svelte',
    code: `<script lang="ts">\n  import { planted } from '#lib/adapters/browser/planted.ts';\n</script>\n{planted}`,
    nets: both,
  },
  {
    file: 'relay/src/planted.ts',
    code: `export { Watchers } from '#lib/core/watchable.ts';`,
    nets: both,
  },
];

/** What must pass: a net that catches everything is none. */
const ALLOWED: readonly Plant[] = [
  { file: 'src/lib/testing/planted.ts', code: `export const planted = 1;`, nets: both },
  { file: 'src/lib/adapters/browser/planted.ts', code: `export const planted = 1;`, nets: both },
  {
    file: 'src/lib/core/planted.test.ts',
    code: `import { test } from 'vitest';\nimport { planted } from '#lib/testing/planted.ts';\ntest.todo(String(planted));`,
    nets: both,
  },
  {
    file: 'src/lib/core/call/planted-allowed.ts',
    code: `import type { Bytes } from '#lib/domain/bytes.ts';\nexport type { Watchable } from '../watchable.ts';\nexport const none: Bytes[] = [];`,
    nets: both,
  },
];

/** What is generated, or belongs to others. */
const LEFT_OUT = ['.git', 'build', 'node_modules', 'test-results'].map((name) => join(ROOT, name));

let copy: string;
const caught = { eslint: new Set<string>(), cruiser: new Set<string>() };

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'woxly-layers-'));
  cpSync(ROOT, copy, { recursive: true, filter: (from) => !LEFT_OUT.includes(from) });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const plants = [...FORBIDDEN, ...ALLOWED];
  for (const { file, code } of plants) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), `${code}\n`);
  }
  await Promise.all([lint(plants.map(({ file }) => file)), cruise()]);
}, 60_000);

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

async function lint(files: readonly string[]): Promise<void> {
  const eslint = new ESLint({
    cwd: copy,
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => ruleId === 'no-restricted-imports',
  });
  for (const { filePath, messages } of await eslint.lintFiles([...files])) {
    const reported = messages.filter(({ ruleId }) => ruleId === 'no-restricted-imports');
    if (reported.length > 0) caught.eslint.add(relative(copy, filePath));
  }
}

async function cruise(): Promise<void> {
  const { output } = await run(['depcruise', '--output-type', 'json', 'src', 'relay'], {
    cwd: copy,
  });
  const report = JSON.parse(output.slice(output.indexOf('{'))) as {
    readonly summary: { readonly violations: readonly { readonly from: string }[] };
  };
  for (const { from } of report.summary.violations) caught.cruiser.add(from);
}

test.each(FORBIDDEN.flatMap(({ file, nets }) => nets.map((net) => ({ net, file }))))(
  '$net catches $file',
  ({ net, file }) => {
    expect(caught[net]).toContain(file);
  },
);

test.each(ALLOWED)('nobody minds $file', ({ file }) => {
  expect(caught.eslint).not.toContain(file);
  expect(caught.cruiser).not.toContain(file);
});
