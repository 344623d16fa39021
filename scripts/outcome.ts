/** What a gate found. A gate without tests of its own counts as one check that passes or fails. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What the gate printed; shown when it failed. */
  readonly output: string;
  /** A few words beside a gate that passed. */
  readonly note?: string;
}

/** The closing line of `npm test`. */
export function totalsLine(outcomes: readonly Outcome[]): string {
  const sum = (of: 'passed' | 'failed' | 'skipped') =>
    outcomes.reduce((total, outcome) => total + outcome[of], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** One check: passed or failed, as a whole. */
export function oneCheck(passed: boolean, output: string, note?: string): Outcome {
  return {
    passed: passed ? 1 : 0,
    failed: passed ? 0 : 1,
    skipped: 0,
    output,
    ...(note === undefined ? {} : { note }),
  };
}
