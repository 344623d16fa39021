import type { Clock } from '#lib/ports/clock.ts';

/** Below this a clock is right, ms: what we compare with says whole seconds, and everything bears half a minute. */
const NEGLIGIBLE_MS = 30_000;
/** The most that is corrected, ms: whoever gave us the page may be wrong themselves. */
const MOST_MS = 24 * 60 * 60_000;

/**
 * How far others' clocks are taken to be ahead of ours, ms. Told by the relay that served the page only: it gave us
 * the code as well, so that believing it costs nothing, and no other relay can shift our time.
 */
export function correctionFor(measuredMs: number | undefined): number {
  if (measuredMs === undefined || Math.abs(measuredMs) < NEGLIGIBLE_MS) return 0;
  return Math.max(-MOST_MS, Math.min(MOST_MS, measuredMs));
}

/** The clock with what it is known to be wrong by made good; its timers are the same. */
export function correctedClock(clock: Clock, offsetMs: () => number): Clock {
  return {
    now: () => clock.now() + offsetMs(),
    after: (delay, run) => clock.after(delay, run),
  };
}
