import type { Milliseconds } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';

interface Timer {
  readonly at: Milliseconds;
  readonly run: () => void;
}

/** Time that jumps when a test says so, as on a device that slept: what was due meanwhile runs then. */
export class HandClock implements Clock {
  time: Milliseconds;
  /** Those that wait. */
  timers: readonly Timer[] = [];

  constructor(time: Milliseconds = 0) {
    this.time = time;
  }

  now(): Milliseconds {
    return this.time;
  }

  after(delay: number, run: () => void): () => void {
    const timer = { at: this.time + Math.max(0, Math.ceil(delay)), run };
    this.timers = [...this.timers, timer];
    return () => this.#drop(timer);
  }

  /** Turns the clock on and runs what is due, in its order; what that sets is not due before the next time. */
  advance(duration: number): void {
    this.time += duration;
    const due = this.timers.filter(({ at }) => at <= this.time).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (!this.timers.includes(timer)) continue;
      this.#drop(timer);
      timer.run();
    }
  }

  #drop(timer: Timer): void {
    this.timers = this.timers.filter((other) => other !== timer);
  }
}
