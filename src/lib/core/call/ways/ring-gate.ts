import type { DeviceKey, Milliseconds } from '#lib/domain/ids.ts';

/** How many different calls may ring in a while. More are dropped without a word. */
export interface RingLimits {
  readonly perDevice: number;
  readonly overall: number;
}

/** The while. */
export const RING_WINDOW_MS = 60_000;
/** A person who calls back twice after a lost call stays below; all strangers together ring every 6 s at most. */
export const STRANGER_RINGS: RingLimits = { perDevice: 3, overall: 10 };
/** Contacts are trusted not to be a nuisance, but their devices may be broken. */
export const CONTACT_RINGS: RingLimits = { perDevice: 10, overall: 60 };

/** Counts the calls that ring within a sliding window. */
export class RingGate {
  readonly #limits: RingLimits;
  #rings: readonly { readonly device: DeviceKey; readonly at: Milliseconds }[] = [];

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** Whether one more call of `device` may ring at `now`; if so it is counted. */
  admits(device: DeviceKey, now: Milliseconds): boolean {
    this.#rings = this.#rings.filter(({ at }) => at > now - RING_WINDOW_MS);
    const own = this.#rings.filter((ring) => ring.device === device).length;
    if (own >= this.#limits.perDevice || this.#rings.length >= this.#limits.overall) return false;
    this.#rings = [...this.#rings, { device, at: now }];
    return true;
  }
}
