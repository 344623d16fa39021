import { expect, test } from 'vitest';
import { createAcceptRate } from '../src/limits/accept-rate.ts';
import {
  ACCEPT_LATE_MS,
  ACCEPTED_AT_ONCE,
  ACCEPTED_PER_SECOND,
  ACCEPTED_WHEN_LATE,
} from '../src/limits/limits.ts';

function aRate() {
  const clock = { now: 0 };
  const rate = createAcceptRate(() => clock.now);
  const taken = (asked: number) => Array.from({ length: asked }, rate.take).filter(Boolean).length;
  return { clock, rate, taken };
}

test('of a thousand who come at once some are taken, and all of them in seconds', () => {
  const { clock, rate, taken } = aRate();
  expect(taken(1_000)).toBe(ACCEPTED_AT_ONCE);
  let waiting = 1_000 - ACCEPTED_AT_ONCE;
  let ticks = 0;
  for (; waiting > 0; ticks += 1) {
    clock.now += 100;
    rate.tick();
    waiting -= taken(waiting);
  }
  expect(ticks / 10).toBeCloseTo((1_000 - ACCEPTED_AT_ONCE) / ACCEPTED_PER_SECOND, 0);
});

test('a relay that is late takes few, and some', () => {
  const { clock, taken } = aRate();
  taken(ACCEPTED_AT_ONCE);
  clock.now += 1_000;
  expect(clock.now).toBeGreaterThan(ACCEPT_LATE_MS);
  expect(taken(1_000)).toBe(ACCEPTED_WHEN_LATE);
});
