import { expect, test, vi } from 'vitest';
import { createScope } from '#lib/domain/scope.ts';
import { FakeClock } from '#lib/testing/fake-clock.ts';
import { watchForSetClock } from './set-clock.ts';

function set() {
  const steady = new FakeClock();
  let set = 0;
  const clock = { now: () => steady.now() + set, after: steady.after.bind(steady) };
  const onSet = vi.fn();
  const scope = createScope();
  const watch = watchForSetClock(clock, steady, onSet, scope);
  return { steady, watch, scope, onSet, by: (ms: number) => (set += ms) };
}

test.each([3_600_000, -3_600_000, 6_000])('a clock that is set by %i ms is noticed', async (ms) => {
  const { steady, onSet, by } = set();
  await steady.advance(120_000);
  expect(onSet).not.toHaveBeenCalled();
  by(ms);
  await steady.advance(20_000);
  expect(onSet).toHaveBeenCalledTimes(1);
  await steady.advance(120_000);
  expect(onSet).toHaveBeenCalledTimes(1);
});

test('small corrections are not', async () => {
  const { steady, onSet, by } = set();
  for (let times = 0; times < 20; times += 1) {
    by(400);
    await steady.advance(20_000);
  }
  expect(onSet).not.toHaveBeenCalled();
});

test('it looks at once when asked to, and no more when stopped', async () => {
  const { steady, watch, scope, onSet, by } = set();
  by(60_000);
  watch.compare();
  expect(onSet).toHaveBeenCalledTimes(1);
  await scope.stop();
  by(60_000);
  await steady.advance(60_000);
  expect(onSet).toHaveBeenCalledTimes(1);
  expect(steady.waiting).toBe(0);
});
