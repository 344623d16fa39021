import type { Share } from './share.ts';

const MINUTE_MS = 60_000;

/** How often each key, or each share of an address, may do something: a bucket each that fills evenly. */
export interface RateLimit {
  /** @param cost How much of the limit it uses. */
  take(whose: string | readonly Share[], cost?: number): boolean;
  /** Takes all that is left. */
  empty(whose: string | readonly Share[]): void;
  /** Forgets keys that are as good as new. */
  sweep(): void;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was right, ms. */
  at: number;
  readonly most: number;
}

export function createRateLimit(init: {
  /** Also how often at once. */
  readonly perMinute: number;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): RateLimit {
  const { perMinute, now } = init;
  const buckets = new Map<string, Bucket>();
  const filled = ({ tokens, at, most }: Bucket): number =>
    Math.min(most, tokens + ((now() - at) * most) / MINUTE_MS);
  const bucketOf = ({ key, times }: Share): Bucket => {
    const most = perMinute * times;
    const bucket = buckets.get(key) ?? { tokens: most, at: now(), most };
    bucket.tokens = filled(bucket);
    bucket.at = now();
    buckets.set(key, bucket);
    return bucket;
  };
  const bucketsOf = (whose: string | readonly Share[]): readonly Bucket[] =>
    (typeof whose === 'string' ? [{ key: whose, times: 1 }] : whose).map(bucketOf);
  return {
    take(whose, cost = 1) {
      const drawn = bucketsOf(whose);
      if (drawn.some(({ tokens }) => tokens < cost)) return false;
      for (const bucket of drawn) bucket.tokens -= cost;
      return true;
    },
    empty(whose) {
      for (const bucket of bucketsOf(whose)) bucket.tokens = 0;
    },
    sweep() {
      for (const [key, bucket] of buckets) if (filled(bucket) >= bucket.most) buckets.delete(key);
    },
  };
}
