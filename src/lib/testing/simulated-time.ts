interface Entry {
  readonly at: number;
  readonly run: () => void;
}

/** Events in the order of their time; those of one time in the order they were added. */
export class SimulatedTime {
  now: number;
  /** Latest first, so that the next one is taken from the end. */
  readonly #entries: Entry[] = [];

  constructor(now: number) {
    this.now = now;
  }

  readonly after = (delay: number, run: () => void): void => {
    const at = this.now + Math.max(0, Math.ceil(delay));
    let low = 0;
    for (let high = this.#entries.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at, run });
  };

  /** Runs everything up to a time; `check` after each. */
  runUntil(end: number, check: () => void): void {
    for (let next = this.#entries.at(-1); next && next.at <= end; next = this.#entries.at(-1)) {
      this.#entries.pop();
      this.now = next.at;
      next.run();
      check();
    }
    this.now = end;
  }
}
