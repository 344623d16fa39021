import { expect, test, vi } from 'vitest';
import { FakeClock } from '#lib/testing/fake-clock.ts';
import { createNetworkTime } from './network-time.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function timeAfter(...heard: readonly (readonly [source: string, offsetMs: number])[]): number {
  const time = createNetworkTime(new FakeClock());
  for (const [source, offsetMs] of heard) time.hear(source, offsetMs);
  return time.offsetMs;
}

test('nothing heard, or one source alone against our own clock: ours holds', () => {
  expect(timeAfter()).toBe(0);
  expect(timeAfter(['page', -7 * HOUR])).toBe(0);
  expect(timeAfter(['page', -7 * HOUR], ['page', -7 * HOUR])).toBe(0);
});

test.each([31 * 60_000, -3 * HOUR, 3 * DAY, -400 * DAY, 400 * DAY])(
  'two sources that agree on %i ms are believed',
  (ms) => {
    expect(timeAfter(['page', ms], ['relay A', ms + 700])).toBe(ms + 700);
  },
);

test('a page served with a wrong date is outvoted by a relay that agrees with us', () => {
  expect(timeAfter(['page', 7 * HOUR], ['relay A', 400])).toBe(0);
  expect(timeAfter(['relay A', 400], ['page', -30 * DAY])).toBe(0);
});

test('a relay with a wrong clock is outvoted by two others', () => {
  expect(timeAfter(['relay A', HOUR], ['page', -3 * DAY], ['relay B', -3 * DAY])).toBe(-3 * DAY);
});

test('two against two: ours holds', () => {
  expect(timeAfter(['page', HOUR], ['relay A', HOUR], ['relay B', 0])).toBe(0);
});

test('half a minute is nothing to speak of, and nonsense is not heard', () => {
  expect(timeAfter(['page', 20_000], ['relay A', 25_000])).toBe(0);
  expect(timeAfter(['page', Number.NaN], ['relay A', Infinity], ['relay B', 1e15])).toBe(0);
});

test('says when it changes, and not for the seconds by which every answer differs', () => {
  const clock = new FakeClock();
  const time = createNetworkTime(clock);
  const onChange = vi.fn();
  time.watch(onChange);
  time.hear('page', HOUR);
  expect(onChange).not.toHaveBeenCalled();
  time.hear('relay A', HOUR);
  expect(onChange).toHaveBeenCalledTimes(1);
  expect(time.clock.now()).toBe(clock.now() + HOUR);
  time.hear('page', HOUR + 2_000);
  expect(onChange).toHaveBeenCalledTimes(1);
  // The device's clock was set right.
  time.hear('page', 0);
  time.hear('relay A', 100);
  expect(onChange).toHaveBeenCalledTimes(2);
  expect(time.offsetMs).toBe(0);
});
