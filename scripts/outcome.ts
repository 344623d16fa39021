/** What a gate found. A gate without tests of its own counts as one check that passes or fails. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What the gate printed; shown when it failed. */
  readonly output: string;
  /** The names of tests that failed. */
  readonly failures?: readonly string[];
  /** A few words beside a gate that has not failed. */
  readonly note?: string;
}

/** The closing line of `npm test`, in exactly this form. What was skipped stands above it: {@link skippedLine}. */
export function totalsLine(outcomes: readonly Pick<Outcome, 'passed' | 'failed'>[]): string {
  const sum = (of: 'passed' | 'failed') =>
    outcomes.reduce((total, outcome) => total + outcome[of], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}

/** Where something was not checked, and how much of it; `undefined` where everything was. */
export function skippedLine(outcomes: ReadonlyMap<string, Outcome>): string | undefined {
  const places = [...outcomes].filter(([, { skipped }]) => skipped > 0);
  if (places.length === 0) return undefined;
  return `Skipped: ${places.map(([name, { skipped }]) => `${name} (${skipped})`).join(', ')}.`;
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

/** A gate that cannot be on this machine: nothing has passed, and nothing has failed. */
export function notChecked(why: string): Outcome {
  return { passed: 0, failed: 0, skipped: 1, output: '', note: `skipped: ${why}` };
}

/** Where the machine was said to have everything for a gate: one that could not be checked has failed. */
export function required(outcome: Outcome): Outcome {
  if (outcome.passed > 0 || outcome.skipped === 0) return outcome;
  return oneCheck(false, `WOXLY_REQUIRE names it, but it was ${outcome.note ?? 'skipped'}\n`);
}
