import { describe, expect, test } from 'vitest';
import { toHex } from '#lib/domain/bytes.ts';
import { SAFETY_WORDS_LENGTH } from '#lib/domain/safety-words.ts';
import { digitGroups, safetyWords } from './safety-words.ts';

/** Roughly how English is heard: one letter a sound, vowels by their first letter, a silent last e left out. */
const heardInEnglish = (word: string): string =>
  word
    .replace(/^kn/, 'n')
    .replace(/^wr/, 'r')
    .replace(/ght/g, 't')
    .replace(/ph/g, 'f')
    .replace(/ck|q|c(?![eiyh])/g, 'k')
    .replace(/c(?=[eiy])|z/g, 's')
    .replace(/x/g, 'ks')
    .replace(/wh/g, 'w')
    .replace(/(.)\1+/g, '$1')
    .replace(/[aeiouy]+/g, ([first = '']) => first)
    .replace(/(?<=..)e$/, '');

/** Roughly how Russian is heard on a bad line: voiced as voiceless, unstressed vowels reduced, signs left out. */
const heardInRussian = (word: string): string =>
  word
    .replace(/[ьъ]/g, '')
    .replace(/(.)\1+/g, '$1')
    .replace(/[тд]с/g, 'ц')
    .replace(/о/g, 'а')
    .replace(/[еэяы]/g, 'и')
    .replace(/ю/g, 'у')
    .replace(/[жщ]/g, 'ш')
    .replace(/[бвгдз]/g, (voiced) => 'пфктс'['бвгдз'.indexOf(voiced)] ?? voiced);

/** How many letters must change to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  // More than that nobody asks.
  if (Math.abs(a.length - b.length) > 2) return 3;
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 0; row < a.length; row += 1) {
    const line = [row + 1];
    for (let column = 0; column < b.length; column += 1) {
      const [left = 0, corner = 0, up = 0] = [line[column], above[column], above[column + 1]];
      line.push(Math.min(left + 1, up + 1, corner + (a[row] === b[column] ? 0 : 1)));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}

/** Every two words of a list for which something holds. */
function pairs(words: readonly string[], isSo: (a: string, b: string) => boolean): string[] {
  return words.flatMap((a, at) =>
    words
      .slice(at + 1)
      .filter((b) => isSo(a, b))
      .map((b) => `${a} ${b}`),
  );
}

describe.each([
  ['en', /^[a-z]{3,10}$/, heardInEnglish],
  ['ru', /^[а-я]{3,10}$/, heardInRussian],
] as const)('%s', (locale, form, heard) => {
  test(`has ${SAFETY_WORDS_LENGTH} short words in lower case, each once`, async () => {
    const words = await safetyWords(locale);
    expect(words).toHaveLength(SAFETY_WORDS_LENGTH);
    expect(new Set(words).size).toBe(SAFETY_WORDS_LENGTH);
    expect(words.filter((word) => !form.test(word))).toEqual([]);
  });

  test('no two are written or heard alike', async () => {
    const words = await safetyWords(locale);
    const sounds = new Map(words.map((word) => [word, heard(word)]));
    const heardApart = (a: string, b: string) => distance(sounds.get(a) ?? a, sounds.get(b) ?? b);
    // One sound apart is enough only where much else differs in writing, so that nobody mishears both.
    const near = (a: string, b: string): boolean => {
      const apart = distance(a, b);
      return apart < 2 || (apart < 3 && heardApart(a, b) < 2);
    };
    expect(pairs(words, near)).toEqual([]);
    expect(new Set(sounds.values()).size).toBe(words.length);
  });
});

test('the same number means the same in both languages', async () => {
  const [en, ru] = await Promise.all([safetyWords('en'), safetyWords('ru')]);
  for (const [english, russian] of [
    ['accordion', 'гармонь'],
    ['moon', 'луна'],
    ['lion', 'лев'],
    ['zucchini', 'кабачок'],
  ] as const) {
    expect(ru[en.indexOf(english)]).toBe(russian);
  }
});

test('the order is for ever', async () => {
  for (const [locale, digest] of [
    ['en', '6de51c6d71be0664fa26a2ee90b5d72431f541530d72fd946e63d35092a656be'],
    ['ru', '402f101011fef28c1500a4b85a56ab931df695a7e416da35013643aa809a05d2'],
  ] as const) {
    const bytes = new TextEncoder().encode((await safetyWords(locale)).join(' '));
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    expect(toHex(hash)).toBe(digest);
  }
});

test('digits are read in groups', () => {
  const groups = digitGroups('0123456789'.repeat(6));
  expect(groups).toHaveLength(12);
  expect(groups.slice(0, 2)).toEqual(['01234', '56789']);
});
