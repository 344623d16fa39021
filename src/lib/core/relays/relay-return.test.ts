import { expect, test } from 'vitest';
import { WoxlyError } from '#lib/domain/errors.ts';
import { settled } from '#lib/testing/fake-clock.ts';
import { page, relay } from '#lib/testing/relay-world.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import { KeptRelay } from './kept-relay.ts';

/** A fifth of what a relay has by default, and of what a slow one takes in a second; the others are refused at once. */
const PAGES = 200;
const TAKEN_A_SECOND = 5;
const DOWN_MS = 1_500;
const SECOND_MS = 1_000;
const STEP_MS = 100;

/** A relay that restarts, and everybody who had a reservation on it. */
function aCrowd() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const clock = {
    now: () => now,
    after(delay: number, run: () => void) {
      const timer = { at: now + delay, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  /** Everybody who is due in a step acts at its end: one by one would take long. */
  const advance = async (ms: number) => {
    for (const end = now + ms; now < end;) {
      now += STEP_MS;
      for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.run();
      await settled();
    }
  };
  const attempts: number[] = [];
  const taken = new Map<number, number>();
  const second = () => Math.floor(now / SECOND_MS);
  let isRestarting = false;
  const lost = new AbortController();
  const reserve = () => {
    if (isRestarting) {
      attempts.push(now);
      const before = taken.get(second()) ?? 0;
      if (now < DOWN_MS + STEP_MS || before >= TAKEN_A_SECOND)
        return Promise.reject(new WoxlyError('unreachable' as const));
      taken.set(second(), before + 1);
    }
    const signal = isRestarting ? new AbortController().signal : lost.signal;
    return Promise.resolve({ relay: relay('A'), lost: signal });
  };
  const pages = Array.from({ length: PAGES }, (_, seed) => {
    const kept = new KeptRelay(page(relay('A')), {
      clock,
      random: new SeededRandom(seed),
      log: { info: () => undefined, warn: () => undefined },
      isHurried: () => false,
      network: { reserve, probe: () => Promise.resolve(10), release: () => undefined },
      onChange: () => undefined,
    });
    kept.start();
    return kept;
  });
  const restart = () => {
    isRestarting = true;
    lost.abort();
  };
  const back = () => pages.filter(({ state }) => state === 'reachable').length;
  return { advance, attempts, restart, back };
}

test('pages that lose a relay at once come back spread, and all within a minute', async () => {
  const { advance, attempts, restart, back } = aCrowd();
  await settled();
  expect(back()).toBe(PAGES);
  restart();
  await advance(60 * SECOND_MS);
  expect(back()).toBe(PAGES);
  // After the first attempts, which a relay that is down does not see, no second has two thirds of them.
  const perSecond = new Map<number, number>();
  for (const at of attempts.filter((one) => one >= DOWN_MS)) {
    const second = Math.floor(at / SECOND_MS);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  expect(Math.max(...perSecond.values())).toBeLessThan((2 / 3) * PAGES);
});
