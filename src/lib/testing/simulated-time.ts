import type { Milliseconds } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';

interface Entry {
  readonly at: Milliseconds;
  readonly run: () => void;
  cancelled: boolean;
}

/** A clock that runs what waits in the order of its time; what waits for one time in the order it was added. */
export class SimulatedTime implements Clock {
  #now: Milliseconds;
  /** Latest first, so that the next one is taken from the end. */
  readonly #entries: Entry[] = [];
  readonly #settle: () => Promise<void>;

  /** @param settle Resolves once what a timer has set going in promises is done. */
  constructor(now: Milliseconds, settle: () => Promise<void>) {
    this.#now = now;
    this.#settle = settle;
  }

  now(): Milliseconds {
    return this.#now;
  }

  after(delay: number, run: () => void): () => void {
    const entry: Entry = { at: this.#now + Math.max(0, Math.ceil(delay)), run, cancelled: false };
    let low = 0;
    for (let high = this.#entries.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.at ?? 0) > entry.at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
    return () => void (entry.cancelled = true);
  }

  /** Resolves after so long. */
  pause(delay: number): Promise<void> {
    return new Promise((resolve) => this.after(delay, resolve));
  }

  /** Lets so much time pass; `check` after everything that happens. */
  async run(duration: number, check: () => void): Promise<void> {
    const end = this.#now + duration;
    await this.#settle();
    for (let next = this.#entries.at(-1); next && next.at <= end; next = this.#entries.at(-1)) {
      this.#entries.pop();
      if (next.cancelled) continue;
      this.#now = next.at;
      next.run();
      await this.#settle();
      check();
    }
    this.#now = end;
  }
}
