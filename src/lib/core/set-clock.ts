import type { Scope } from '#lib/domain/scope.ts';
import type { Clock } from '#lib/ports/clock.ts';

/** How often the clocks are compared, ms. */
const COMPARE_MS = 20_000;
/** By more than this the wall clock has jumped, ms: it is kept right in small steps all the time. */
const JUMP_MS = 5_000;

/**
 * Calls `onSet` when somebody or something has set the wall clock, or the device has slept: then what was known of its
 * error holds no more. `compare` looks at once. `steady` is a clock that nobody sets.
 */
export function watchForSetClock(
  clock: Clock,
  steady: Clock,
  onSet: () => void,
  scope: Scope,
): { compare(): void } {
  const apart = () => clock.now() - steady.now();
  let before = apart();
  let cancel = (): void => undefined;

  const compare = (): void => {
    const jumped = Math.abs(apart() - before) > JUMP_MS;
    before = apart();
    if (jumped) onSet();
  };
  const later = (): void => {
    cancel = steady.after(COMPARE_MS, () => {
      later();
      compare();
    });
  };
  later();
  scope.add(() => {
    cancel();
  });
  return { compare };
}
