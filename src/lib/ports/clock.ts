import type { Milliseconds } from '#lib/domain/ids.ts';

/**
 * Time, of one of two kinds. The wall clock says what time it is, as far as the device knows: it can be wrong, and be set
 * at any moment. The steady clock starts from the wall clock's time when the page was loaded and only ever goes on, so
 * that how long something took is told by it; after a sleep it may be behind.
 */
export interface Clock {
  /** ms since 1970. */
  now(): Milliseconds;
  /** Runs `run` once, at least `delay` ms from now, never before `after` has returned. Returns a way to cancel. */
  after(delay: number, run: () => void): () => void;
}
