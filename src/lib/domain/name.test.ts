import { expect, test } from 'vitest';
import { mutations } from '#lib/testing/mutations.ts';
import { cleanName, cleanNote, NAME_MAX_LENGTH, NOTE_MAX_LENGTH } from './name.ts';

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
  ['\uFE0F', ''],
  ['\u034F\u{E0100}\u17B4\u180B', ''],
  ['\uFFFC\u{1D159}\u{16FE4}\u{1D173}', ''],
  ['Alice\uFE0F', 'Alice'],
  ['Al\u034Fice', 'Alice'],
  ['A\u200Dli\u200Cce', 'Alice'],
  ['Алиса\u200D', 'Алиса'],
  ['1\uFE0F', '1'],
  ['\u0301\u0302', ''],
  ['\u0301Alice', 'Alice'],
  [`Z${'\u0317\u030D\u0329'.repeat(9)}`, 'Z\u0317\u030D\u0329\u0317\u030D'],
  [`${'a'.repeat(60)}👨‍👩‍👧`, 'a'.repeat(60)],
  [`👩${'\u200D👩'.repeat(60)}`, `👩${'\u200D👩'.repeat(20)}`],
  [`${'🏴\u{E0067}'.repeat(3)}x`, '🏴🏴🏴x'],
])('%j is shown as %j', (given, shown) => {
  expect(cleanName(given)).toBe(shown);
});

test.each([
  ['Persian', 'علی\u200Cرضا'],
  ['Persian with marks', 'مُحَمَّد'],
  ['Sinhala', 'ශ්\u200Dරීමති'],
  ['Malayalam, with an old chillu', 'അനില്\u200D'],
  ['Bengali', 'র\u200D্যা'],
  ['Marathi', 'प्रल्हाद र्\u200Dहा'],
  ['Kannada', 'ರ್\u200Cನಾಟಕ'],
  ['an Arabic abbreviation', 'ه\u200D'],
  ['Khmer', 'សុខា'],
  ['Tibetan', 'བསྒྲུབས'],
  ['Hebrew with points', 'שָׁלוֹם'],
  ['Mongolian', 'ᠮᠣᠩᠭᠣᠯ\u180B'],
  ['a Japanese name with a variant', '葛\u{E0100}城'],
  ['a family', '👨\u200D👩\u200D👧\u200D👦'],
  ['a woman of some skin', '👩🏽\u200D🚀'],
  ['a heart on fire', '❤\uFE0F\u200D🔥'],
  ['a heart as text', '❤\uFE0E'],
  ['a flag', '🇺🇦'],
  ['the flag of Wales', '🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}'],
  ['the rainbow flag', '🏳\uFE0F\u200D🌈'],
  ['a keycap', '1\uFE0F\u20E3'],
  ['Vietnamese, decomposed', 'Nguye\u0302\u0303n'],
])('%s stays as it is: %j', (_, name) => {
  expect(cleanName(name)).toBe(name);
});

test('a note is as long as the field takes it', () => {
  const note = 'می\u200Cآیم، پنج دقیقه دیگر به خانه می\u200Cرسم';
  expect(cleanNote(note)).toBe(note);
  expect(cleanNote('я'.repeat(200))).toBe('я'.repeat(NOTE_MAX_LENGTH));
});

test('a megabyte is cut before it is looked at', () => {
  expect(cleanName('x '.repeat(500_000)).length).toBeLessThanOrEqual(NAME_MAX_LENGTH);
});

test('what was cleaned is clean, whatever it was', () => {
  const words = [
    ...['\u202E', '\u3164', ' ', '\uD83D', '🎧', '\u0301', 'ß', '\u00A0', '\n', '\u200D', '\u200C'],
    ...[
      'ک',
      '\uFE0F',
      '\u{E0067}',
      '\u{E007F}',
      '🏴',
      '👩\u200D🚀',
      '🇺',
      '1',
      '\u20E3',
      '葛',
      '\u{E0100}',
    ],
  ];
  for (let seed = 0; seed < 5000; seed += 1) {
    const cleaned = cleanName(mutations(seed).ofText('Alice Лидделл 金 🎧🎧🎧'.repeat(6), words));
    expect(cleanName(cleaned)).toBe(cleaned);
    expect(cleaned.length).toBeLessThanOrEqual(NAME_MAX_LENGTH);
    expect(cleaned).not.toMatch(/[\p{Cc}\p{Co}\p{Cn}\p{Cs}\u3164\u202E]|^\s|\s$|\s\s/u);
    // Joiners only where they join.
    expect(cleaned).not.toMatch(/(?<=[a-zß ])\p{DI}|^\p{DI}/u);
  }
});
