import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { CLOCK_SOURCES_MAX, CLOCK_SOURCES_SURE, CLOCK_WINDOW_MS } from '../limits/limits.ts';
import type { PresenceOutcome } from './presence-store.ts';

/**
 * `wrong`: several addresses, and more than not, publish records that are expired or of the future, so that it is this
 * relay's clock; `doubtful`: one or two do, and nobody else publishes.
 */
export type ClockState = 'right' | 'doubtful' | 'wrong';

/** Tells by what is refused whether this relay's own clock is wrong, in which case it drops all presence. */
export interface ClockDoubt {
  /** @param address Whoever cannot be many at no cost: an address, or a peer of this machine. */
  note(outcome: PresenceOutcome, expires: number | undefined, address: string): void;
  readonly state: ClockState;
  /** How far the clocks of those whose records are refused are ahead of ours, ms; 0 while there is no doubt. */
  readonly othersAheadMs: number;
}

export function createClockDoubt(init: {
  /** The wall clock, ms. */
  readonly now: () => number;
  /** A clock that never goes back, ms. */
  readonly steady: () => number;
  readonly onChange: (state: ClockState, othersAheadMs: number) => void;
}): ClockDoubt {
  /** By address, what its last record said: how far its clock is ahead of ours, or that ours agree. */
  const said = new Map<string, { readonly at: number; readonly aheadMs: number | undefined }>();
  let before: ClockState = 'right';

  const lately = () => [...said.values()].filter(({ at }) => at > init.steady() - CLOCK_WINDOW_MS);
  const aheads = (): number[] => lately().flatMap(({ aheadMs }) => aheadMs ?? []);
  const judge = (): ClockState => {
    const apart = aheads().length;
    const agree = lately().length - apart;
    if (apart === 0 || apart <= agree) return 'right';
    if (apart >= CLOCK_SOURCES_SURE) return 'wrong';
    return agree === 0 ? 'doubtful' : 'right';
  };
  const median = (): number => {
    const sorted = aheads().sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };

  return {
    note(outcome, expires, address) {
      const isApart = outcome === 'expired' || outcome === 'too-far-ahead';
      if (!isApart && outcome !== 'kept') return;
      const aheadMs = isApart ? (expires ?? 0) - PRESENCE_TTL_MS - init.now() : undefined;
      said.delete(address);
      said.set(address, { at: init.steady(), aheadMs });
      const [oldest] = said.keys();
      if (said.size > CLOCK_SOURCES_MAX && oldest !== undefined) said.delete(oldest);
      const state = judge();
      if (state === before) return;
      before = state;
      init.onChange(state, state === 'right' ? 0 : median());
    },
    get state() {
      return judge();
    },
    get othersAheadMs() {
      return judge() === 'right' ? 0 : median();
    },
  };
}
