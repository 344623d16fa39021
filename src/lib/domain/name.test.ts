import { expect, test } from 'vitest';
import { mutations } from '#lib/testing/mutations.ts';
import { cleanName, NAME_MAX_LENGTH } from './name.ts';

test.each([
  ['Alice', 'Alice'],
  ['  Alice \t\n Liddell  ', 'Alice Liddell'],
  ['Алиса', 'Алиса'],
  ['김철수', '김철수'],
  ['José', 'José'],
  ['🎧 DJ', '🎧 DJ'],
  ['', ''],
  [' \u00A0\u3000\u2003', ''],
  ['\u0000\u0007', ''],
  ['\u200B\u200D\uFEFF\u00AD', ''],
  ['\u3164\u115F\u2800\uFFA0', ''],
  ['A\u3164 B', 'A B'],
  ['A \u200B B', 'A B'],
  ['Ali\u202Eecila\u2066ce', 'Aliecilace'],
  ['a\uD83D', 'a'],
  ['\uE000a', 'a'],
  ['a'.repeat(100), 'a'.repeat(NAME_MAX_LENGTH)],
  [`${'a'.repeat(NAME_MAX_LENGTH - 1)} b`, 'a'.repeat(NAME_MAX_LENGTH - 1)],
  [`${'a'.repeat(NAME_MAX_LENGTH - 1)}🎧`, 'a'.repeat(NAME_MAX_LENGTH - 1)],
])('%j is shown as %j', (given, shown) => {
  expect(cleanName(given)).toBe(shown);
});

test('a megabyte is cut before it is looked at', () => {
  expect(cleanName('x '.repeat(500_000)).length).toBeLessThanOrEqual(NAME_MAX_LENGTH);
});

test('what was cleaned is clean, whatever it was', () => {
  const words = ['\u202E', '\u3164', ' ', '\uD83D', '🎧', '\u0301', 'ß', '\u00A0', '\n'];
  for (let seed = 0; seed < 5000; seed += 1) {
    const cleaned = cleanName(mutations(seed).ofText('Alice Лидделл 金 🎧🎧🎧'.repeat(6), words));
    expect(cleanName(cleaned)).toBe(cleaned);
    expect(cleaned.length).toBeLessThanOrEqual(NAME_MAX_LENGTH);
    expect(cleaned).not.toMatch(/[\p{C}\u3164]|^\s|\s$|\s\s/u);
  }
});
