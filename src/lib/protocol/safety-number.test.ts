import { expect, test } from 'vitest';
import { fromHex } from '#lib/domain/bytes.ts';
import { SAFETY_WORDS_LENGTH } from '#lib/domain/safety-words.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { safetyNumber } from './safety-number.ts';
import vectors from './vectors/safety-number.json' with { type: 'json' };

/** The vectors were made by another implementation (Python's hashlib). */
const keysOf = (keys: readonly string[]) =>
  keys.map((key) => fromHex(key)) as unknown as readonly [Bytes, Bytes];

test.each(vectors)('is what it always was: $title', async ({ keys, words, digits }) => {
  const [one, other] = keysOf(keys);
  expect(await safetyNumber(one, other)).toEqual({ words, digits });
});

test('is the same for both people', async () => {
  const [one, other] = keysOf(vectors[1]?.keys ?? []);
  expect(await safetyNumber(other, one)).toEqual(await safetyNumber(one, other));
});

test('twelve words of the list and sixty digits', async () => {
  const { words, digits } = await safetyNumber(
    new Uint8Array(32).fill(1),
    new Uint8Array(32).fill(2),
  );
  expect(words).toHaveLength(12);
  expect(words.every((word) => word >= 0 && word < SAFETY_WORDS_LENGTH)).toBe(true);
  expect(digits).toMatch(/^\d{60}$/);
});

test('a bit of either key changes everything', async () => {
  const [one, other] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(9)];
  const seen = [await safetyNumber(one, other)];
  for (const [a, b] of [
    [one.with(31, 6), other],
    [one, other.with(0, 8)],
    [one.with(0, 6), other.with(31, 8)],
  ] as const) {
    seen.push(await safetyNumber(new Uint8Array(a), new Uint8Array(b)));
  }
  for (let at = 0; at < 12; at += 1) {
    const groups = seen.map(({ digits }) => digits.slice(at * 5, at * 5 + 5));
    expect(new Set(groups).size).toBe(seen.length);
  }
  expect(new Set(seen.map(({ words }) => words.join())).size).toBe(seen.length);
});
