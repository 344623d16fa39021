import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '#lib/ports/clock.ts';

export interface ClockPlace {
  readonly clock: Clock;
  /** Lets at least so much time pass, ms, and resolves once what is due by then has run. */
  pass(duration: number): Promise<void>;
  close(): void;
}

/** ms: long enough to tell an order by, even on a machine that is busy. */
const [SOON, LATER, LATE] = [1, 100, 200] as const;

/** What every implementation of {@link Clock} promises. `newPlace` makes one for each test. */
export function clockContract(name: string, newPlace: () => ClockPlace): void {
  describe(`${name} keeps the promises of Clock`, () => {
    let place: ClockPlace;
    let clock: Clock;
    beforeEach(() => {
      place = newPlace();
      ({ clock } = place);
    });
    afterEach(() => {
      place.close();
    });

    test('tells whole milliseconds, also where a part of one was waited for, and goes on', async () => {
      const times = [clock.now()];
      for (const delay of [0.4, 1.4]) clock.after(delay, () => void times.push(clock.now()));
      for (let turns = 0; turns < 3; turns += 1) await place.pass(SOON);
      times.push(clock.now());
      expect(times).toHaveLength(4);
      expect(times.filter((time) => !Number.isInteger(time))).toEqual([]);
      expect(times.at(-1)).toBeGreaterThan(times[0] ?? Infinity);
    });

    test('what waits runs once, and not before its time', async () => {
      const began = clock.now();
      const times: number[] = [];
      clock.after(LATER, () => void times.push(clock.now()));
      await place.pass(LATE);
      await place.pass(SOON);
      expect(times).toHaveLength(1);
      // Two clocks of one machine may differ by the smallest part that they tell.
      expect((times[0] ?? 0) - began).toBeGreaterThanOrEqual(LATER - 1);
    });

    test('what waits less runs first, and of two that wait as long the one that was there first', async () => {
      const order: string[] = [];
      for (const delay of [LATER, SOON, LATER]) {
        for (const which of ['first', 'second']) {
          clock.after(delay, () => void order.push(`${which} of ${delay}`));
        }
      }
      await place.pass(LATE);
      expect(order).toEqual([
        ...['first of 1', 'second of 1'],
        ...['first of 100', 'second of 100', 'first of 100', 'second of 100'],
      ]);
    });

    test('what has no time to wait, or less than none, runs next, in its order', async () => {
      const order: string[] = [];
      for (const delay of [0, -1, -1e9, 0]) clock.after(delay, () => void order.push(`${delay}`));
      expect(order).toEqual([]);
      await place.pass(SOON);
      expect(order).toEqual(['0', '-1', '-1000000000', '0']);
    });

    test('what a timer sets does not run within it', async () => {
      const order: string[] = [];
      clock.after(SOON, () => {
        clock.after(0, () => void order.push('inner'));
        clock.after(-1, () => void order.push('inner'));
        order.push('outer');
      });
      await place.pass(SOON);
      await place.pass(SOON);
      expect(order).toEqual(['outer', 'inner', 'inner']);
    });

    test('what is cancelled does not run, and everything else does', async () => {
      const [before, cancelled, after] = [vi.fn(), vi.fn(), vi.fn()];
      clock.after(SOON, before);
      const cancel = clock.after(SOON, cancelled);
      clock.after(SOON, after);
      cancel();
      cancel();
      await place.pass(SOON);
      expect([before, cancelled, after].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
    });

    test('what is cancelled by a timer that is due at the same time does not run', async () => {
      const cancelled = vi.fn();
      let cancel = (): void => undefined;
      clock.after(SOON, () => cancel());
      cancel = clock.after(SOON, cancelled);
      await place.pass(SOON);
      expect(cancelled).not.toHaveBeenCalled();
    });

    test('to cancel what has run is no harm to the others', async () => {
      const other = vi.fn();
      const cancel = clock.after(SOON, () => undefined);
      await place.pass(SOON);
      clock.after(SOON, other);
      cancel();
      await place.pass(SOON);
      expect(other).toHaveBeenCalledTimes(1);
    });

    // A browser's own timers count with 32 bits.
    test.each([2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Infinity])(
      'what waits for very long does not run at once: %d ms',
      async (delay) => {
        const run = vi.fn();
        const cancel = clock.after(delay, run);
        await place.pass(SOON);
        expect(run).not.toHaveBeenCalled();
        cancel();
      },
    );
  });
}
