import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkTests } from '../e2e/network/command.ts';
import { whyNoLab } from '../e2e/network/lab/why-no-lab.ts';
import { buildApp } from './app-build.ts';
import { bundleSizes } from './bundle-budget.ts';
import { ensureChromium } from './chromium.ts';
import { run } from './command.ts';
import type { Ran } from './command.ts';
import { ensureFirefox } from './firefox.ts';
import { notChecked, oneCheck } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { ensureTurnserver } from './turnserver.ts';
import { playwrightCounts, testOutcome, vitestCounts } from './test-counts.ts';

/** One thing that has to hold before a change goes in. */
export interface Gate {
  readonly name: string;
  /** Gates that make what this one needs; it is not run when one of them failed. */
  readonly needs: readonly string[];
  check(): Promise<Outcome>;
}

/** Gates that run one after the other. */
export type Lane = readonly Gate[];

/** A gate that takes longer hangs: the slowest, the end-to-end tests of a full run, take some 12 minutes on two cores. */
const GATE_LIMIT_MS = 40 * 60_000;

/** The text of the program. */
const CHECKS: Lane = [
  command('format', [], 'prettier', '--check', '.'),
  command('messages', [], process.execPath, 'scripts/messages.ts'),
  command('sync', [], 'svelte-kit', 'sync'),
  command('lint', ['messages', 'sync'], 'eslint', '--max-warnings=0', '.'),
  command('layers', ['messages', 'sync'], 'depcruise', '--output-type', 'err', ...sourceFolders()),
  { name: 'types', needs: ['messages', 'sync'], check: types },
  command('unused', ['messages', 'sync'], 'knip'),
];

/** Tests without a browser: relays, which wait more than they work, and units. */
const TESTS: Lane = [
  { name: 'coturn', needs: [], check: coturn },
  vitest('relay', ['messages', 'sync', 'coturn'], 'relay'),
  vitest('unit', ['messages', 'sync'], 'node'),
  vitest('runes', ['messages', 'sync'], 'runes'),
];

/** Single components in a browser, and what people are given. */
const PARTS: Lane = [
  { name: 'chromium', needs: [], check: chromium },
  vitest('browser', ['messages', 'sync', 'chromium'], 'browser'),
  { name: 'build', needs: ['messages', 'sync'], check: build },
  { name: 'size', needs: ['build'], check: size },
];

/** People in browsers, who keep two cores busy. */
const PEOPLE: Lane = [
  { name: 'e2e', needs: ['build', 'chromium'], check: e2e },
  { name: 'firefox', needs: ['build', 'chromium'], check: firefox },
  { name: 'network', needs: ['build', 'chromium'], check: network },
];

/** Every gate, as `npm run verify` runs them: one stage after the other, the lanes of a stage side by side. */
export const STAGES: readonly (readonly Lane[])[] = [[CHECKS, TESTS, PARTS], [PEOPLE]];
export const GATES: readonly Gate[] = STAGES.flat(2);

function sourceFolders(): readonly string[] {
  return ['src', 'relay', 'e2e', 'bench', 'scripts'];
}

function command(
  name: string,
  needs: readonly string[],
  ...line: readonly [string, ...string[]]
): Gate {
  const check = async () => {
    const { code, output } = await run(line, { limit: GATE_LIMIT_MS });
    return oneCheck(code === 0, output);
  };
  return { name, needs, check };
}

function vitest(name: string, needs: readonly string[], project: string): Gate {
  const check = () =>
    withReport(async (report) => {
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
      const line = ['vitest', 'run', `--project=${project}`, ...reporters] as const;
      const ran = await run(line, { limit: GATE_LIMIT_MS });
      return testOutcome(ran, read(report), vitestCounts);
    });
  return { name, needs, check };
}

const REPORTERS = '--reporter=list,json';

function e2e(): Promise<Outcome> {
  return playwright(['playwright', 'test', REPORTERS]);
}

/** People with Firefox beside those with Chromium; where it cannot be had, that is said, and no failure. */
async function firefox(): Promise<Outcome> {
  const { ok, said } = await ensureFirefox();
  const [why = said] = said.split('\n', 1);
  if (!ok) return notChecked(why);
  const config = ['--config', 'e2e/firefox/playwright.config.ts'];
  return playwright(['playwright', 'test', ...config, REPORTERS]);
}

/** Calls in a laboratory of networks, which not every machine allows: where it does not, that is said, and no failure. */
async function network(): Promise<Outcome> {
  const why = await whyNoLab();
  if (why !== undefined) return notChecked(why);
  return playwright(networkTests([REPORTERS]));
}

function playwright(line: readonly [string, ...string[]]): Promise<Outcome> {
  return withReport(async (report) => {
    const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
    const ran = await run(line, { env, limit: GATE_LIMIT_MS });
    return testOutcome(ran, read(report), playwrightCounts);
  });
}

/** Two programs: a service worker has globals of its own, and svelte-check sees everything but it. */
async function types(): Promise<Outcome> {
  const checks = [
    ['svelte-check', '--fail-on-warnings'],
    ['tsc', '--noEmit', '--project', 'src/service-worker'],
  ] as const;
  const results: Ran[] = [];
  for (const line of checks) results.push(await run(line, { limit: GATE_LIMIT_MS }));
  const output = results.map((ran) => ran.output).join('');
  return oneCheck(
    results.every(({ code }) => code === 0),
    output,
  );
}

async function chromium(): Promise<Outcome> {
  const { ok, said } = await ensureChromium();
  return oneCheck(ok, said, said);
}

/** Never fails: where it cannot be had, its tests are skipped, and this says so. */
async function coturn(): Promise<Outcome> {
  const { ok, said } = await ensureTurnserver();
  const [line = said] = said.split('\n', 1);
  return ok ? oneCheck(true, said, line) : notChecked(line);
}

async function build(): Promise<Outcome> {
  const { ok, output } = await buildApp();
  return oneCheck(ok, output);
}

function size(): Promise<Outcome> {
  const { ok, table, note } = bundleSizes();
  return Promise.resolve(oneCheck(ok, table, note));
}

/** Lends a path for a report outside of the repository. */
async function withReport(check: (path: string) => Promise<Outcome>): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'woxly-verify-'));
  try {
    return await check(join(folder, 'report.json'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
