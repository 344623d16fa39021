const MINUTE_MS = 60_000;

/** How often each key may do something: a bucket each that fills evenly. */
export interface RateLimit {
  take(key: string): boolean;
  /** Forgets keys that are as good as new. */
  sweep(): void;
}

export function createRateLimit(init: {
  /** Also how often at once. */
  readonly perMinute: number;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): RateLimit {
  const { perMinute, now } = init;
  const buckets = new Map<string, { tokens: number; at: number }>();
  const filled = ({ tokens, at }: { tokens: number; at: number }): number =>
    Math.min(perMinute, tokens + ((now() - at) * perMinute) / MINUTE_MS);
  return {
    take(key) {
      const bucket = buckets.get(key);
      const tokens = bucket === undefined ? perMinute : filled(bucket);
      const may = tokens >= 1;
      buckets.set(key, { tokens: may ? tokens - 1 : tokens, at: now() });
      return may;
    },
    sweep() {
      for (const [key, bucket] of buckets) if (filled(bucket) >= perMinute) buckets.delete(key);
    },
  };
}
