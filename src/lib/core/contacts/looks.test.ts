import { expect, test } from 'vitest';
import { looksOf } from './looks.ts';

const alike = (a: string, b: string) => {
  const looks = looksOf(b);
  return looksOf(a).some((look, index) => look === looks[index]);
};

test.each([
  ['a Cyrillic letter', 'Alice', 'Аlice'],
  ['only Cyrillic letters', 'Hope', 'Норе'],
  ['capital letters that look alike where small ones do not', 'HELEN', 'НЕLЕN'],
  ['the same in small letters', 'Helen', 'Неlen'],
  ['a Greek letter', 'Alice', 'Αlice'],
  ['an Armenian letter', 'Olga', 'Օlga'],
  ['a Cherokee letter', 'Alice', 'Ꭺlice'],
  ['Latin for Russian', 'Оксана', 'Oкcaнa'],
  ['a digit', 'Alice', 'A1ice'],
  ['a bar', 'Alice', 'A|ice'],
  ['a capital I', 'Alice', 'AIice'],
  ['two letters that make one', 'Mary', 'rnary'],
  ['mathematical letters', 'Alice', '𝐀𝗹𝘪𝒸𝚎'],
  ['wide letters', 'Alice', 'Ａｌｉｃｅ'],
  ['an accent', 'Alice', 'Álicé'],
  ['a dot below', 'Alice', 'Aḷịce'],
  ['a variation selector', 'Alice', 'Alice\uFE0F'],
  ['a grapheme joiner', 'Alice', 'Al\u034Fice'],
  ['a joiner of Persian', 'علی\u200Cرضا', 'علیرضا'],
  ['a tick, as a verified contact has one', 'Alice', 'Alice ✓'],
  ['a flower', 'Alice', '🌸 Alice'],
  ['other spaces', 'Alice Smith', 'AliceSmith'],
  ['other case', 'Alice', 'ALICE'],
])('%s: %s and %s look alike', (_, known, other) => {
  expect(alike(known, other)).toBe(true);
});

test.each([
  ['Alice', 'Alina'],
  ['Alice', 'Alice S'],
  ['Иван', 'Ирина'],
  ['Мария', 'Марина'],
  ['สมชาย', 'สมหญิง'],
  ['राम', 'रमा'],
  ['🎧', '🌸'],
  ['김철수', '김철호'],
  ['王小明', '王小红'],
])('%s and %s do not', (known, other) => {
  expect(alike(known, other)).toBe(false);
});
