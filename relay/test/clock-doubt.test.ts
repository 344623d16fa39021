import { expect, test, vi } from 'vitest';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { createClockDoubt } from '../src/presence/clock-doubt.ts';
import { CLOCK_SOURCES_MAX, CLOCK_SOURCES_SURE, CLOCK_WINDOW_MS } from '../src/limits/limits.ts';

const START = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

/** Doubt of a clock; others publish records for the time that theirs shows. */
function aDoubt() {
  const onChange = vi.fn();
  const world = { steady: 0 };
  const doubt = createClockDoubt({ now: () => START, steady: () => world.steady, onChange });
  const say = (address: string, aheadMs: number) => {
    const outcome = aheadMs === 0 ? 'kept' : aheadMs > 0 ? 'too-far-ahead' : 'expired';
    doubt.note(outcome, START + PRESENCE_TTL_MS + aheadMs, address);
  };
  const many = (count: number, aheadMs: number, name = 'far') => {
    for (let one = 0; one < count; one += 1) say(`${name} ${one}`, aheadMs);
  };
  return { doubt, say, many, world, onChange };
}

test.each([-7 * HOUR_MS, 7 * HOUR_MS])(
  'when the records of several addresses are refused, %s ms from ours, the clock is wrong by that',
  (aheadMs) => {
    const { doubt, many, onChange } = aDoubt();
    many(CLOCK_SOURCES_SURE, aheadMs);
    expect(doubt.state).toBe('wrong');
    expect(doubt.othersAheadMs).toBe(aheadMs);
    expect(onChange.mock.calls).toEqual([
      ['doubtful', aheadMs],
      ['wrong', aheadMs],
    ]);
  },
);

test('one device with a wrong clock proves nothing beside others, however often it publishes', () => {
  const { doubt, say, many } = aDoubt();
  say('one', HOUR_MS);
  expect(doubt.state, 'alone it is a reason for doubt').toBe('doubtful');
  many(2, 0);
  for (let times = 0; times < 50; times += 1) say('one', HOUR_MS);
  expect([doubt.state, doubt.othersAheadMs]).toEqual(['right', 0]);
});

test('as many liars as honest people do not make a relay ill', () => {
  const { doubt, many } = aDoubt();
  many(10, 0, 'honest');
  many(10, HOUR_MS, 'liar');
  expect(doubt.state).toBe('right');
});

test('it is over once records are kept again, or nobody has said so for a while', () => {
  const { doubt, many, world, onChange } = aDoubt();
  many(5, HOUR_MS);
  many(5, 0);
  expect(doubt.state).toBe('right');
  expect(onChange).toHaveBeenLastCalledWith('right', 0);
  many(5, HOUR_MS);
  world.steady += CLOCK_WINDOW_MS;
  expect(doubt.state).toBe('right');
});

test('what is remembered is bounded', () => {
  const { doubt, many } = aDoubt();
  many(CLOCK_SOURCES_MAX, HOUR_MS, 'first');
  many(CLOCK_SOURCES_MAX, 0, 'second');
  expect(doubt.state).toBe('right');
  expect(doubt.othersAheadMs).toBe(0);
});
