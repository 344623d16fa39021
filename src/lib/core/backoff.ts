import type { Random } from '#lib/ports/random.ts';

export interface BackoffLimits {
  /** The first wait, ms. */
  readonly first: number;
  /** The longest wait, ms. */
  readonly longest: number;
}

/** How long to wait before attempt number `failures` + 1, ms: doubling, with ±50 % jitter so that peers spread. */
export function backoff(
  failures: number,
  { first, longest }: BackoffLimits,
  random: Random,
): number {
  const wait = Math.min(longest, first * 2 ** Math.max(0, failures - 1));
  return wait * (0.5 + random.unit());
}
