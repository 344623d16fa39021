import { costOf, TIERS } from './rank-relays.ts';
import type { Rankable } from './rank-relays.ts';

/** Below this a relay is good enough, ms: nothing is tried for the sake of a little more. */
const GOOD_MS = 120;
/** A better relay costs at most this share of the one in use, and is better by at least so many ms. */
const BETTER_SHARE = 0.6;
const BETTER_MS = 50;
/** A relay that was tried and found no better is not tried again for so long, ms. */
const AGAIN_AFTER_MS = 30 * 60_000;

/** What a move looks at. */
export interface Movable extends Rankable {
  readonly state: string;
  readonly triedAt: number;
}

/** To take a reservation on `to` beside the others, and then to give up the one on `from` if `to` is better. */
export interface Move<T> {
  readonly from: T;
  readonly to: T;
}

/**
 * Which relay in use to try to replace, if any: the worst that nobody chose by hand, when it is clearly slow or full
 * and a spare may do better. `relays` are ranked.
 */
export function nextMove<T extends Movable>(
  relays: readonly T[],
  now: number,
): Move<T> | undefined {
  const [from] = relays
    .filter(
      ({ state, tier }) => state === 'reachable' && (tier === 'directory' || tier === 'invite'),
    )
    .filter(({ roundTripMs }) => roundTripMs !== undefined)
    .sort((a, b) => costOf(b) - costOf(a));
  if (from === undefined || costOf(from) < GOOD_MS) return undefined;
  const to = relays
    .filter(({ state, triedAt }) => state === 'spare' && now - triedAt >= AGAIN_AFTER_MS)
    // Nobody's invite takes the place of a relay that others vouch for.
    .filter(({ tier }) => TIERS.indexOf(tier) <= TIERS.indexOf(from.tier))
    .find((spare) =>
      isBetter(costOf({ ...pick(spare), roundTripMs: spare.roundTripMs ?? 0 }), from),
    );
  return to && { from, to };
}

/** What to do when something has changed while `to` is on trial. */
export function afterTrial<T extends Movable>(
  { from, to }: Move<T>,
  relays: readonly T[],
): 'wait' | 'move' | 'stay' {
  if (!relays.includes(to) || !relays.includes(from) || from.state !== 'reachable') return 'stay';
  if (to.state === 'connecting') return 'wait';
  if (to.state !== 'reachable') return 'stay';
  if (to.roundTripMs === undefined) return 'wait';
  return isBetter(costOf(to), from) ? 'move' : 'stay';
}

const pick = ({ roundTripMs, load }: Rankable) => ({ roundTripMs, load });

function isBetter(cost: number, { roundTripMs, load }: Rankable): boolean {
  const now = costOf({ roundTripMs, load });
  return cost <= now * BETTER_SHARE && cost <= now - BETTER_MS;
}
