import { afterEach, expect, test, vi } from 'vitest';
import type { Clock } from '#lib/ports/clock.ts';
import { clockContract } from '#lib/testing/clock-contract.ts';
import { browserClock, createClock, steadyClock } from './clock.ts';
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

const visible = (clock: Clock) => () => ({
  clock,
  pass: (duration: number) => ran((run) => clock.after(duration, run)),
  close: () => undefined,
});
const hidden = (alone: boolean) => () => {
  if (alone) standStill();
  show('hidden');
  const clock = createClock();
  const close = () => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  };
  return { ...visible(clock)(), close };
};

clockContract('the wall clock', visible(browserClock));
clockContract('the steady clock', visible(steadyClock));
clockContract('the clock of a hidden page', hidden(false));
clockContract('the clock of a hidden page whose own timers stand still', hidden(true));

test('a timer of a visible page runs, and starts no worker', async () => {
  const worker = vi.fn(() => new WorkerTimers());
  const clock = createClock(worker);
  await ran((run) => clock.after(0, run));
  expect(worker).not.toHaveBeenCalled();
});

test('a timer that was set before the page was hidden is run by a worker', async () => {
  standStill();
  const clock = createClock();
  const before = ran((run) => clock.after(1, run));
  show('hidden');
  await before;
});

test('no part of a millisecond is dropped, by the page or by its worker', () => {
  const delays: (number | undefined)[] = [];
  vi.stubGlobal('setTimeout', (_run: unknown, delay?: number) => delays.push(delay));
  vi.spyOn(WorkerTimers.prototype, 'set').mockImplementation((_id, delay) => delays.push(delay));
  vi.spyOn(performance, 'now').mockReturnValue(7);
  show('hidden');
  createClock().after(1.5, () => undefined);
  expect(delays).toEqual([2, 2]);
});

test('where there are no workers the page goes on with its own timers', async () => {
  vi.stubGlobal('Worker', undefined);
  show('hidden');
  const clock = createClock();
  const cancel = clock.after(LONG_MS, () => undefined);
  await ran((run) => clock.after(1, run));
  cancel();
});
