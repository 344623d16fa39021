import { createSubscriber } from 'svelte/reactivity';

/** How often a shown length is looked at again, ms: twice a second, so that no second is seen to be skipped. */
const TICK_MS = 500;

/** How often what is said in minutes is looked at again, ms: it is never wrong by a third of one. */
const SLOW_TICK_MS = 20_000;

const every = (ms: number) =>
  createSubscriber((update) => {
    const timer = setInterval(update, ms);
    return () => clearInterval(timer);
  });

const ticking = every(TICK_MS);
const tickingSlowly = every(SLOW_TICK_MS);

/** The steady clock, by which calls are timed: it goes on as before when the device's clock is set. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();

/** {@link steadyNow} for screens: whoever reads it in a template is drawn again as it passes. */
export function now(): number {
  ticking();
  return steadyNow();
}

/** The wall clock, for what is said in minutes. */
export function nowInMinutes(): number {
  tickingSlowly();
  return Date.now();
}
