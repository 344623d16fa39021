import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Outcome } from './outcome.ts';

/** How many tests of a run passed, failed and were skipped, and the names of those that failed. */
export type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped'> & {
  readonly failures: readonly string[];
};

/** The parts of `vitest --reporter=json` that are counted. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Counts of a vitest run. A file that failed without a failed test (it did not load) counts as one failure. */
export function vitestCounts(report: unknown): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
    report as VitestReport;
  const broken = testResults.filter(
    (file) => isFailed(file) && !file.assertionResults.some(isFailed),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
    failures: [
      ...testResults.flatMap(({ assertionResults }) =>
        assertionResults.filter(isFailed).map(({ fullName }) => fullName),
      ),
      ...broken.map(({ name }) => basename(name)),
    ],
  };
}

const isFailed = ({ status }: { readonly status: string }): boolean => status === 'failed';

/** The parts of Playwright's JSON report that are counted. */
interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  /** What went wrong outside of tests: a file that does not load, a global setup that failed. */
  readonly errors: readonly unknown[];
  readonly suites: readonly PlaywrightSuite[];
}

interface PlaywrightSuite {
  readonly title: string;
  readonly specs: readonly { readonly title: string; readonly ok: boolean }[];
  readonly suites?: readonly PlaywrightSuite[];
}

/** Counts of a Playwright run. A test that only passed at a second try has failed. */
export function playwrightCounts(report: unknown): Counts {
  const { stats, errors, suites } = report as PlaywrightReport;
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    failures: suites.flatMap(failuresOf),
  };
}

function failuresOf({ title, specs, suites = [] }: PlaywrightSuite): readonly string[] {
  const own = specs.filter(({ ok }) => !ok).map((spec) => spec.title);
  return [...own, ...suites.flatMap(failuresOf)].map((name) => `${title} › ${name}`);
}

/**
 * What a test runner's run comes to: its counts, and one failure more where they do not tell the story, that is
 * where it crashed, left no report, ran no test, or ended badly although every test passed.
 */
export function testOutcome(
  ran: { readonly code: number; readonly output: string },
  report: string | undefined,
  counts: (report: unknown) => Counts,
): Outcome {
  const counted = report === undefined ? undefined : attempt(() => counts(JSON.parse(report)));
  const output = withoutPassed(ran.output);
  if (counted === undefined) {
    const why = `\nThe test runner left no report (exit code ${ran.code}).\n`;
    return { passed: 0, failed: 1, skipped: 0, output: `${ran.output}${why}` };
  }
  const { passed, failed, skipped } = counted;
  if (failed > 0 || (passed > 0 && ran.code === 0)) return { ...counted, output };
  const why =
    passed === 0
      ? 'No test has passed or failed.'
      : `Every test passed, but the runner ended with code ${ran.code}.`;
  return { passed, failed: 1, skipped, output: `${output}\n${why}\n` };
}

/** What a test runner says of tests that passed is of no use beside one that failed. */
export function withoutPassed(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^\s+✓\s/.test(stripVTControlCharacters(line)))
    .join('\n');
}

function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
