import type { Milliseconds } from '#lib/domain/ids.ts';

export interface Clock {
  /** The wall clock. */
  now(): Milliseconds;
  /** Runs `run` once, at least `delay` ms from now, never before `after` has returned. Returns a way to cancel. */
  after(delay: number, run: () => void): () => void;
}
