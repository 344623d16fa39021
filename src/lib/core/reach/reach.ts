import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Reach, ReachFailure } from './reach-port.ts';
import { reachOnce } from './reach-once.ts';
import type { ReachOncePorts } from './reach-once.ts';

/**
 * Waits between attempts, ms: a person who has just opened the page, or whose relay has just restarted, is there
 * a moment later. After the last one the failure stands.
 */
const RETRY_AFTER_MS = [800, 1_600, 3_200, undefined] as const;
/**
 * Relays beside our own that each further attempt asks. Those that hold our reservations may all be cut off from the
 * others, or lie; that a person cannot be found is believed after relays that have nothing to do with us say so too.
 */
const MORE_RELAYS = 3;

export interface ReachPorts extends ReachOncePorts {
  readonly clock: Clock;
  /** Relays that are known and not in use, the best first. */
  readonly spares: () => readonly RelayAddress[];
}

/** Finds a person by key and opens a call channel to one of their devices, over all that is known at once. */
export function createReach(ports: ReachPorts): Reach {
  const { clock, usable, watchUsable, spares } = ports;

  return {
    async reach(person, hints, options) {
      for (const [attempt, wait] of RETRY_AFTER_MS.entries()) {
        const { devices, relays } = hints;
        const more =
          attempt === 0
            ? []
            : spares()
                .slice(MORE_RELAYS * (attempt - 1))
                .slice(0, MORE_RELAYS);
        const around = { devices, relays: [...more, ...relays] };
        const outcome = await reachOnce(ports, person, around, options);
        if (typeof outcome !== 'string') return outcome;
        if (wait === undefined || options.signal.aborted) throw new WoxlyError(outcome);
        await pause(wait, options.signal);
      }
      throw new WoxlyError<ReachFailure>('not-reachable');
    },
  };

  /** Waits, or goes on at once when a relay is reserved that was not before: through it things may look different. */
  function pause(ms: number, signal: AbortSignal): Promise<void> {
    const before = new Set(usable());
    return new Promise((resolve) => {
      const cancel = clock.after(ms, end);
      const unwatch = watchUsable(() => {
        if (usable().some((relay) => !before.has(relay))) end();
      });
      signal.addEventListener('abort', end, { once: true });

      function end(): void {
        cancel();
        unwatch();
        signal.removeEventListener('abort', end);
        resolve();
      }
    });
  }
}
