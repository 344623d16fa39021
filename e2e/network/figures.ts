import { test } from '@playwright/test';

/** The value below which that share of the values is, by nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const ranked = values.toSorted((a, b) => a - b);
  return ranked[Math.max(0, Math.ceil((ranked.length * percent) / 100) - 1)] ?? NaN;
}

/** Shows what was measured beside the test, whatever becomes of it. */
export function figure(what: string, value: string): void {
  test.info().annotations.push({ type: what, description: value });
  process.stdout.write(`      ${what}: ${value}\n`);
}
