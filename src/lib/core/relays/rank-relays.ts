/**
 * Who comes first: relays that the person prefers, then their own, then the one that served the page, then those that
 * other relays tell of, and those of invites last: whoever sends an invite must not choose whom we connect to.
 */
export const TIERS = ['preferred', 'own', 'page', 'directory', 'invite'] as const;
export type Tier = (typeof TIERS)[number];

/** What is not measured is taken for a middling round trip, ms. */
const UNKNOWN_MS = 150;
/** From this load on a relay is avoided: it may be full before we are there. */
const LOADED = 0.8;
/** What a full relay counts like, ms of round trip. */
const FULL_MS = 1_000;
/** What a second relay of one operator or network counts like, ms: both may go down together. */
const SAME_OPERATOR_MS = 500;
/** Browsers that know equally little spread over relays that are equally good, ms. */
const SPREAD_MS = 50;

/** What is known of a relay when it is compared with others. */
export interface Rankable {
  readonly tier: Tier;
  /** Whether it holds a reservation, or is about to. */
  readonly held: boolean;
  /** Whoever runs it, and the network it is in. */
  readonly operators: readonly string[];
  readonly roundTripMs?: number | undefined;
  /** Share of its reservations that are taken, 0 to 1. */
  readonly load?: number | undefined;
  /** 0 to 1, drawn once a relay. */
  readonly chance: number;
}

/** What using a relay costs by its round trip and load, ms. Lower is better. */
export function costOf({
  roundTripMs = UNKNOWN_MS,
  load = 0,
}: Pick<Rankable, 'roundTripMs' | 'load'>): number {
  return roundTripMs + (FULL_MS * Math.max(0, load - LOADED)) / (1 - LOADED);
}

/**
 * The relays, best first. Within a tier those that hold a reservation stay before those that do not: a better one
 * takes a place only by a move that was decided on, never because a number wavered.
 */
export function rankRelays<T extends Rankable>(relays: readonly T[]): readonly T[] {
  const ranked: T[] = [];
  const operators = new Set<string>();
  const left = new Set(relays);
  const keyOf = (relay: T): readonly number[] => [
    TIERS.indexOf(relay.tier),
    relay.held ? 0 : 1,
    costOf(relay) +
      SPREAD_MS * relay.chance +
      (relay.operators.some((one) => operators.has(one)) ? SAME_OPERATOR_MS : 0),
  ];
  while (left.size > 0) {
    const [best] = [...left]
      .map((relay) => ({ relay, key: keyOf(relay) }))
      .sort((a, b) => compare(a.key, b.key));
    if (best === undefined) break;
    left.delete(best.relay);
    ranked.push(best.relay);
    for (const operator of best.relay.operators) operators.add(operator);
  }
  return ranked;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, index) => value !== b[index]);
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0);
}
