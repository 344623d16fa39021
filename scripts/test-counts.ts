import type { Outcome } from './outcome.ts';

/** How many tests of a run passed, failed and were skipped. */
export type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped'>;

/** The parts of `vitest --reporter=json` that are counted. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Counts of a vitest run. A file that failed without a failed test (it did not load) counts as one failure. */
export function vitestCounts(report: unknown): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
    report as VitestReport;
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
  };
}

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
}

/** Counts of a Playwright run. A test that only passed at a second try has failed. */
export function playwrightCounts(report: unknown): Counts {
  const { stats, errors } = report as PlaywrightReport;
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
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
  if (counted === undefined) {
    const output = `${ran.output}\nThe test runner left no report (exit code ${ran.code}).\n`;
    return { passed: 0, failed: 1, skipped: 0, output };
  }
  const { passed, failed, skipped } = counted;
  if (failed > 0) return { ...counted, output: ran.output };
  if (passed === 0) {
    return { passed, failed: 1, skipped, output: `${ran.output}\nNo test has passed or failed.\n` };
  }
  if (ran.code === 0) return { ...counted, output: ran.output };
  const output = `${ran.output}\nEvery test passed, but the runner ended with code ${ran.code}.\n`;
  return { passed, failed: 1, skipped, output };
}

/** What Playwright's list says of tests that passed is of no use beside one that failed. */
export function withoutPassed(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^\s+(?:✓|ok)\s+\d+ /.test(line))
    .join('\n');
}

function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
