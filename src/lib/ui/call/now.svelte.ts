import { createSubscriber } from 'svelte/reactivity';

/** How often a shown length is looked at again, ms: twice a second, so that no second is seen to be skipped. */
const TICK_MS = 500;

const ticking = createSubscriber((update) => {
  const timer = setInterval(update, TICK_MS);
  return () => clearInterval(timer);
});

/** The time now, for screens: whoever reads it in a template is drawn again as it passes. */
export function now(): number {
  ticking();
  return Date.now();
}
