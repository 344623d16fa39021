import { TURN_KNOWN_AFTER_MS, TURN_KNOWN_FOR_MS, TURN_KNOWN_MAX } from '../limits/limits.ts';

/** Devices that have had credentials before: the last part of what a TURN server has is for them. */
export interface TurnGuests {
  /** Whether this device gets credentials now; it is remembered then. */
  take(device: string, isScarce: boolean): boolean;
  /** Forgets those who have not asked for long. */
  sweep(): void;
}

export function createTurnGuests(
  /** A clock that never goes back, ms. */
  now: () => number,
): TurnGuests {
  const guests = new Map<string, { readonly since: number; last: number }>();
  return {
    take(device, isScarce) {
      const time = now();
      const guest = guests.get(device);
      if (isScarce && (guest === undefined || time - guest.since < TURN_KNOWN_AFTER_MS))
        return false;
      if (guest !== undefined) guest.last = time;
      else if (guests.size < TURN_KNOWN_MAX) guests.set(device, { since: time, last: time });
      return true;
    },
    sweep() {
      for (const [device, { last }] of guests) {
        if (now() - last > TURN_KNOWN_FOR_MS) guests.delete(device);
      }
    },
  };
}
