import type { Bytes } from '#lib/domain/bytes.ts';
import type { Random } from '#lib/ports/random.ts';

/** Chance that repeats: the same seed gives the same numbers. mulberry32, which is good enough for tests only. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  bytes(length: number): Bytes {
    return Uint8Array.from({ length }, () => Math.floor(this.unit() * 256));
  }

  /** A number from `least` up to, and not, `most`. */
  between(least: number, most: number): number {
    return least + this.unit() * (most - least);
  }

  /** True in this share of cases, 0 to 1. */
  chance(share: number): boolean {
    return this.unit() < share;
  }

  /** One of them. */
  pick<T>(from: readonly [T, ...T[]]): T {
    return from[Math.floor(this.unit() * from.length)] ?? from[0];
  }
}
