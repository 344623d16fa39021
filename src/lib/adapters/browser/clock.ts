import type { Clock } from '#lib/ports/clock.ts';
import { WorkerTimers } from './worker-timers.ts';

interface Timer {
  /** Monotonic, ms. */
  readonly at: number;
  readonly run: () => void;
}

/** Longest delay of a browser's timer: beyond it runs at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** What a browser's timer takes for a delay: it drops parts of a millisecond. */
const timerDelay = (delay: number): number => Math.min(Math.max(0, Math.ceil(delay)), DELAY_MAX_MS);

/**
 * Browsers let the timers of a hidden page run once a second, and after five minutes once a minute; those of its
 * workers run on. While the page is hidden every timer is therefore also set in a worker, and whichever comes first
 * counts. No worker is started before the page was hidden once.
 */
export function createClock(workerTimers: () => WorkerTimers = () => new WorkerTimers()): Clock {
  const timers = new Map<number, Timer>();
  let lastId = 0;
  let worker: WorkerTimers | undefined;

  const run = (id: number) => {
    const timer = timers.get(id);
    timers.delete(id);
    timer?.run();
  };
  const isHidden = () => document.visibilityState === 'hidden';
  const setInWorker = (id: number, { at }: Timer) => {
    worker ??= workerTimers();
    worker.set(id, timerDelay(at - performance.now()), run);
  };
  document.addEventListener('visibilitychange', () => {
    if (isHidden()) for (const [id, timer] of timers) setInWorker(id, timer);
  });

  return {
    now: () => Date.now(),
    after: (delay, runIt) => {
      const id = (lastId += 1);
      const timer = { at: performance.now() + delay, run: runIt };
      timers.set(id, timer);
      const own = setTimeout(run, timerDelay(delay), id);
      if (isHidden()) setInWorker(id, timer);
      return () => {
        timers.delete(id);
        clearTimeout(own);
        worker?.clear(id);
      };
    },
  };
}

export const browserClock: Clock = createClock();

/** Never set; its times compare with those of another steady clock of this page only. */
export const steadyClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  after: (delay, run) => browserClock.after(delay, run),
};
