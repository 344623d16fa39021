import { createBucket } from '#lib/domain/bucket.ts';
import {
  ACCEPT_LATE_MS,
  ACCEPTED_AT_ONCE,
  ACCEPTED_PER_SECOND,
  ACCEPTED_WHEN_LATE,
} from './limits.ts';

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
  let ticked = now();
  const isLate = (): boolean => now() - ticked > ACCEPT_LATE_MS;
  const room = createBucket({
    most: ACCEPTED_AT_ONCE,
    perSecond: () => (isLate() ? ACCEPTED_WHEN_LATE : ACCEPTED_PER_SECOND),
    now,
  });

  return {
    take: () => room.take(),
    tick() {
      ticked = now();
    },
  };
}
