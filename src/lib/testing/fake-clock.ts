import type { Milliseconds } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import { cryptoPending } from './counted-crypto.ts';

/** 2026-11-01 12:00 UTC: a time at which everything that tests sign is valid. */
export const TEST_EPOCH: Milliseconds = Date.UTC(2026, 10, 1, 12);

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  #now: Milliseconds;
  #timers: { readonly at: Milliseconds; readonly run: () => void }[] = [];

  constructor(now: Milliseconds = TEST_EPOCH) {
    this.#now = now;
  }

  now(): Milliseconds {
    return this.#now;
  }

  after(delay: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, Math.ceil(delay)), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait: what has stopped leaves none behind. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** When the next timer runs, or `undefined`. */
  get next(): Milliseconds | undefined {
    return this.#earliest()?.at;
  }

  /** Lets time pass, running timers in their order; whatever they set going settles before the next one runs. */
  async advance(duration: number): Promise<void> {
    const end = this.#now + duration;
    await settled();
    for (
      let timer = this.#earliest();
      timer !== undefined && timer.at <= end;
      timer = this.#earliest()
    ) {
      const due = timer;
      this.#now = Math.max(this.#now, due.at);
      this.#timers = this.#timers.filter((other) => other !== due);
      due.run();
      await settled();
    }
    this.#now = end;
  }

  #earliest() {
    return this.#timers.reduce<{ at: Milliseconds; run: () => void } | undefined>(
      (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
      undefined,
    );
  }
}

/** How often {@link settled} and {@link until} let the event loop turn. */
const TURNS = 3;
const TURNS_MOST = 10_000;

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/**
 * Resolves once everything that was under way in promises has run, and in the platform's cryptography, however busy the
 * machine is. For other work use {@link until}.
 */
export async function settled(): Promise<void> {
  for (let quiet = 0; quiet < TURNS;) {
    await turn();
    quiet = cryptoPending() > 0 ? 0 : quiet + 1;
  }
}

/** Resolves once something is so. @throws if it never is. */
export async function until(isSo: () => boolean, what = 'it'): Promise<void> {
  for (let turns = 0; turns < TURNS_MOST; turns += 1) {
    if (isSo()) return;
    await turn();
  }
  throw new Error(`${what} did not come to be`);
}
