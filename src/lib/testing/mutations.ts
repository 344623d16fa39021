import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { SeededRandom } from './seeded-random.ts';

/** Chance that repeats itself with its seed, for hostile inputs. */
export interface Mutations {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  bytes(length: number): Bytes;
  /** The bytes with up to four changes: flipped, cut, doubled, inserted, overwritten. */
  ofBytes(given: Uint8Array): Bytes;
  /** The text with up to four changes; `words` are pieces that mean something to its reader. */
  ofText(given: string, words: readonly string[]): string;
}

const SPECIAL_BYTES = [0x00, 0x01, 0x0a, 0x12, 0x7f, 0x80, 0xff];

export function mutations(seed: number): Mutations {
  const random = new SeededRandom(seed);
  const below = (limit: number) => Math.floor(random.unit() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const bytes = (length: number) => random.bytes(length);

  const changeBytes = (given: Bytes): Bytes => {
    const at = below(given.byteLength + 1);
    const end = Math.min(given.byteLength, at + below(20));
    const [before, inside, after] = [
      given.subarray(0, at),
      given.subarray(at, end),
      given.subarray(end),
    ];
    switch (below(6)) {
      case 0:
        return concatBytes(before);
      case 1:
        return concatBytes(before, after);
      case 2:
        return concatBytes(before, inside, inside, after);
      case 3:
        return concatBytes(before, bytes(below(20)), after);
      case 4:
        return concatBytes(before, Uint8Array.of(pick(SPECIAL_BYTES)), given.subarray(at + 1));
      default:
        return concatBytes(
          before,
          Uint8Array.of((given[at] ?? 0) ^ (1 << below(8))),
          given.subarray(at + 1),
        );
    }
  };

  const changeText = (given: string, words: readonly string[]): string => {
    const at = below(given.length + 1);
    const end = Math.min(given.length, at + below(30));
    const [before, inside, after] = [given.slice(0, at), given.slice(at, end), given.slice(end)];
    switch (below(6)) {
      case 0:
        return before;
      case 1:
        return before + after;
      case 2:
        return before + inside + inside + after;
      case 3:
        return before + pick(words) + after;
      case 4: {
        const word = pick(words);
        return given.replace(word, () => pick(words));
      }
      default:
        return (
          before +
          String.fromCharCode(below(3) === 0 ? below(0x10000) : below(128)) +
          given.slice(at + 1)
        );
    }
  };

  const several = <T>(given: T, change: (value: T) => T): T => {
    let value = given;
    for (let left = 1 + below(4); left > 0; left -= 1) value = change(value);
    return value;
  };

  return {
    below,
    pick,
    bytes,
    ofBytes: (given) => several(concatBytes(given), changeBytes),
    ofText: (given, words) => several(given, (value) => changeText(value, words)),
  };
}
