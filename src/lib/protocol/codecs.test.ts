import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { allocatedBy, heldBy } from '#lib/testing/allocation.ts';
import { times } from '#lib/testing/full-run.ts';
import { mutations } from '#lib/testing/mutations.ts';
import { valueOf, VECTOR_SETS } from './vectors/all.ts';

/** Mutated and random inputs for each struct. */
const SEEDS = times(500, 3_000);
/** What decoding may take, whether it succeeds or not, in multiples of the input. */
const ALLOCATION_FACTOR = 4;

describe.each(VECTOR_SETS)('$name', ({ struct, vectors }) => {
  const encoded = vectors.map((vector) => fromHex(vector.encoded) as Bytes);

  test.each(vectors)('is on the wire as it always was: $title', ({ value, encoded }) => {
    expect(toHex(struct.encode(valueOf(value)))).toBe(encoded);
    expect(struct.decode(fromHex(encoded) as Bytes)).toEqual(valueOf(value));
  });

  test('every truncation is nothing, or a whole message that says less', () => {
    for (const whole of encoded) {
      for (let length = 0; length < whole.byteLength; length += 1) {
        const cut = whole.subarray(0, length);
        const decoded = struct.decode(cut);
        // Optional and repeated fields at the end may be missing; then nothing but they is.
        if (decoded !== undefined) expect(toHex(struct.encode(decoded))).toBe(toHex(cut));
      }
    }
  });

  test(`hostile bytes: no throw, and at most ${ALLOCATION_FACTOR} times their size is taken`, () => {
    let decodedCount = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const mutated = mutations(seed);
      const input =
        seed % 4 === 0 ? mutated.bytes(mutated.below(600)) : mutated.ofBytes(mutated.pick(encoded));
      const limit = ALLOCATION_FACTOR * input.byteLength;
      const { result, allocated } = allocatedBy(() => struct.decode(input));
      expect(allocated).toBeLessThanOrEqual(limit);
      if (result === undefined) continue;
      decodedCount += 1;
      expect(heldBy(result)).toBeLessThanOrEqual(limit);
      // What was understood can be said again and is understood the same.
      expect(struct.decode(struct.encode(result))).toEqual(result);
    }
    // Some must get through, else nothing beyond the first byte was looked at.
    expect(decodedCount).toBeGreaterThan(SEEDS / 100);
    expect(decodedCount).toBeLessThan(SEEDS / 2);
  });

  test('the largest frame of nonsense is refused for less than its size', () => {
    for (const byte of [0x00, 0x08, 0x0a, 0x12, 0x7a, 0x80, 0xff]) {
      const frame = new Uint8Array(64 * 1024).fill(byte);
      const { result, allocated } = allocatedBy(() => struct.decode(frame));
      expect(result).toBeUndefined();
      expect(allocated).toBeLessThanOrEqual(frame.byteLength);
    }
  });
});
