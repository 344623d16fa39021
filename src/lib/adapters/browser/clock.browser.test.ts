import { afterEach, expect, test, vi } from 'vitest';
import { createClock } from './clock.ts';
import { WorkerTimers } from './worker-timers.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const LONG_MS = 3_600_000;

/** The page as its visitors see it. */
function show(state: 'visible' | 'hidden') {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

/** The page's own timers stand still, as in a page that is hidden for long. */
function standStill() {
  vi.stubGlobal('setTimeout', () => 0);
}

const ran = (start: (run: () => void) => unknown) =>
  new Promise<void>((resolve) => {
    start(resolve);
  });

test('a timer of a visible page runs, and starts no worker', async () => {
  const worker = vi.fn(() => new WorkerTimers());
  const clock = createClock(worker);
  let early = true;
  const done = ran((run) =>
    clock.after(0, () => {
      expect(early).toBe(false);
      run();
    }),
  );
  early = false;
  await done;
  expect(worker).not.toHaveBeenCalled();
});

test('a hidden page has its timers run by a worker, also those set before it was hidden', async () => {
  standStill();
  const clock = createClock();
  const before = ran((run) => clock.after(1, run));
  show('hidden');
  await Promise.all([before, ran((run) => clock.after(1, run))]);
});

test('a timer runs once, whichever comes first, and not after it was cancelled', async () => {
  show('hidden');
  const clock = createClock();
  const run = vi.fn();
  clock.after(1, run);
  const cancelled = vi.fn();
  clock.after(1, cancelled)();
  // Timers of one clock run in their order, in the page and in the worker.
  await ran((done) => clock.after(50, done));
  await ran((done) => clock.after(50, done));
  expect(run).toHaveBeenCalledTimes(1);
  expect(cancelled).not.toHaveBeenCalled();
});

test('where there are no workers the page goes on with its own timers', async () => {
  vi.stubGlobal('Worker', undefined);
  show('hidden');
  const clock = createClock();
  const cancel = clock.after(LONG_MS, () => undefined);
  await ran((run) => clock.after(1, run));
  cancel();
});
