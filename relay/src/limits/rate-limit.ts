import { createBucket } from '#lib/domain/bucket.ts';
import type { Bucket } from '#lib/domain/bucket.ts';
import type { Share } from './share.ts';

/** How often each key, or each share of an address, may do something. */
export interface RateLimit {
  /** @param cost How much of the limit it uses. */
  take(whose: string | readonly Share[], cost?: number): boolean;
  /** Takes all that is left. */
  empty(whose: string | readonly Share[]): void;
  /** Forgets keys that are as good as new. */
  sweep(): void;
}

export function createRateLimit(init: {
  readonly perMinute: number;
  /** How often at once; as often as in a minute unless given. */
  readonly atOnce?: number;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): RateLimit {
  const { perMinute, atOnce = perMinute, now } = init;
  const buckets = new Map<string, Bucket>();
  const bucketOf = ({ key, times }: Share): Bucket => {
    const bucket =
      buckets.get(key) ??
      createBucket({ most: atOnce * times, perSecond: (perMinute * times) / 60, now });
    buckets.set(key, bucket);
    return bucket;
  };
  const bucketsOf = (whose: string | readonly Share[]): readonly Bucket[] =>
    (typeof whose === 'string' ? [{ key: whose, times: 1 }] : whose).map(bucketOf);
  return {
    take(whose, cost = 1) {
      const drawn = bucketsOf(whose);
      if (drawn.some(({ left }) => left < cost)) return false;
      for (const bucket of drawn) bucket.take(cost);
      return true;
    },
    empty(whose) {
      for (const bucket of bucketsOf(whose)) bucket.take(bucket.left);
    },
    sweep() {
      for (const [key, bucket] of buckets) if (bucket.isFull) buckets.delete(key);
    },
  };
}
