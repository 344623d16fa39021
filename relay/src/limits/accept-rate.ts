import {
  ACCEPT_LATE_MS,
  ACCEPTED_AT_ONCE,
  ACCEPTED_PER_SECOND,
  ACCEPTED_WHEN_LATE,
} from './limits.ts';

const SECOND_MS = 1_000;

/**
 * How many new connections are taken, over all addresses. A handshake costs some 10 ms, so that a thousand peers who come
 * back together would hold up each other, and everybody who is there, until all have timed out and begin again. Whoever
 * comes too soon is refused before it has cost anything, and tries again a little later.
 */
export interface AcceptRate {
  take(): boolean;
  /** To be called every `ACCEPT_TICK_MS` by a timer: when it is late, the relay is. */
  tick(): void;
}

/** @param now A clock that never goes back, ms. */
export function createAcceptRate(now: () => number): AcceptRate {
  let room = ACCEPTED_AT_ONCE;
  let at = now();
  let ticked = now();

  return {
    take() {
      const time = now();
      const isLate = time - ticked > ACCEPT_LATE_MS;
      const perSecond = isLate ? ACCEPTED_WHEN_LATE : ACCEPTED_PER_SECOND;
      room = Math.min(ACCEPTED_AT_ONCE, room + ((time - at) * perSecond) / SECOND_MS);
      at = time;
      if (room < 1) return false;
      room -= 1;
      return true;
    },
    tick() {
      ticked = now();
    },
  };
}
