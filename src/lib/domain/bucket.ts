/**
 * How much may be used at once, and how much of it in the long run: it fills evenly. Who may use what is said by whoever
 * keeps the bucket.
 */
export interface Bucket {
  /** Takes an amount, if that much is left. */
  take(amount?: number): boolean;
  /** Takes an amount that was used already, also below nothing, though never further than as much again. */
  draw(amount: number): void;
  /** What is left; below nothing when more was drawn than there was. */
  readonly left: number;
  /** Whether nothing of it is in use. */
  readonly isFull: boolean;
}

export function createBucket(init: {
  /** How much at once. */
  readonly most: number;
  /** How fast it fills; a function, where that depends on something else. */
  readonly perSecond: number | (() => number);
  /** A clock, ms. While it is set back the bucket does not fill. */
  readonly now: () => number;
}): Bucket {
  const { most, now } = init;
  const perSecond = (): number =>
    typeof init.perSecond === 'number' ? init.perSecond : init.perSecond();
  let level = most;
  let at = now();
  const refill = (): number => {
    const time = now();
    level = Math.min(most, level + (Math.max(0, time - at) * perSecond()) / 1000);
    at = time;
    return level;
  };
  return {
    take(amount = 1) {
      if (refill() < amount) return false;
      level -= amount;
      return true;
    },
    draw(amount) {
      level = Math.max(-most, refill() - amount);
    },
    get left() {
      return refill();
    },
    get isFull() {
      return refill() >= most;
    },
  };
}
