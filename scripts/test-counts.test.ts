import { expect, test } from 'vitest';
import { notChecked, oneCheck, skippedLine, totalsLine } from './outcome.ts';
import { playwrightCounts, testOutcome, vitestCounts, withoutPassed } from './test-counts.ts';

const passing = {
  name: '/a/good.test.ts',
  status: 'passed',
  assertionResults: [{ status: 'passed', fullName: 'good' }],
};
const vitest = (passed: number, failed: number, testResults: readonly object[] = [passing]) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults,
  });
const playwright = (
  stats: object,
  errors: readonly object[] = [],
  suites: readonly object[] = [],
) =>
  JSON.stringify({
    stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats },
    errors,
    suites,
  });
const ended = (code: number) => ({ code, output: 'printed' });

test('a good run is counted as it is', () => {
  const outcome = testOutcome(ended(0), vitest(3, 0), vitestCounts);
  expect(outcome).toEqual({ passed: 3, failed: 0, skipped: 0, failures: [], output: 'printed' });
});

test('a file that does not load is a failure', () => {
  const broken = { name: '/a/broken.test.ts', status: 'failed', assertionResults: [] };
  const outcome = testOutcome(ended(1), vitest(3, 0, [passing, broken]), vitestCounts);
  expect(outcome).toMatchObject({ passed: 3, failed: 1, failures: ['broken.test.ts'] });
});

test('tests that failed are named', () => {
  const failed = { status: 'failed', fullName: 'a call is heard' };
  const file = { name: '/a/b.test.ts', status: 'failed', assertionResults: [failed] };
  expect(testOutcome(ended(1), vitest(1, 1, [passing, file]), vitestCounts)).toMatchObject({
    failures: ['a call is heard'],
  });
  const inner = {
    title: 'at night',
    specs: [
      { title: 'heard', ok: false },
      { title: 'seen', ok: true },
    ],
  };
  const suites = [{ title: 'calls.spec.ts', specs: [], suites: [inner] }];
  const report = playwright({ expected: 1, unexpected: 1 }, [], suites);
  expect(testOutcome(ended(1), report, playwrightCounts)).toMatchObject({
    failures: ['calls.spec.ts › at night › heard'],
  });
});

test('a runner that crashed after good tests is a failure', () => {
  expect(testOutcome(ended(1), vitest(3, 0), vitestCounts)).toMatchObject({ passed: 3, failed: 1 });
});

test.each([
  ['no report', undefined],
  ['half a report', '{"numPassedTests":'],
  ['something else', '[]'],
])('%s is a failure', (_, report) => {
  expect(testOutcome(ended(0), report, vitestCounts)).toMatchObject({ passed: 0, failed: 1 });
});

test('a run without tests is a failure', () => {
  expect(testOutcome(ended(0), vitest(0, 0, []), vitestCounts).failed).toBe(1);
  expect(testOutcome(ended(0), playwright({ skipped: 2 }), playwrightCounts)).toMatchObject({
    failed: 1,
    skipped: 2,
  });
});

test('a test that passed at the second try has failed', () => {
  const report = playwright({ expected: 4, flaky: 1 });
  expect(testOutcome(ended(0), report, playwrightCounts)).toMatchObject({ passed: 4, failed: 1 });
});

test('what fails outside of tests is counted', () => {
  const report = playwright({ expected: 4 }, [{ message: 'global setup' }]);
  expect(testOutcome(ended(1), report, playwrightCounts)).toMatchObject({ passed: 4, failed: 1 });
});

test('the closing line sums, and has no room for anything else', () => {
  const some = { passed: 4, failed: 1, skipped: 2, output: '' };
  const outcomes = [oneCheck(true, ''), oneCheck(false, ''), notChecked('no room'), some];
  expect(totalsLine(outcomes)).toBe('5 passed, 2 failed');
});

test('what was skipped is said by gate, and only where something was', () => {
  const some = { passed: 4, failed: 0, skipped: 2, output: '' };
  const checked = ['unit', oneCheck(true, '')] as const;
  expect(skippedLine(new Map([checked]))).toBeUndefined();
  const outcomes = new Map([checked, ['relay', some], ['network', notChecked('no room')]]);
  expect(skippedLine(outcomes)).toBe('Skipped: relay (2), network (1).');
});

test('of a run only what did not pass is shown', () => {
  const output = [
    'Running 3 tests using 1 worker',
    '',
    '  ✓   1 a.spec.ts:3:1 › one (1.0s)',
    ' \u001B[32m✓\u001B[39m browser a.test.ts (2 tests)',
    '  ✘   2 a.spec.ts:9:1 › another ✓ 2 (1.0s)',
    '  -   3 a.spec.ts:12:1 › a third',
    '  1) a.spec.ts:9:1 › another ✓ 2',
  ];
  const shown = output.filter((_, index) => index !== 2 && index !== 3);
  expect(withoutPassed(output.join('\n'))).toBe(shown.join('\n'));
});
