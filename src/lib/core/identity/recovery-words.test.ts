import { expect, test } from 'vitest';
import { fromHex, toHex } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { mutations } from '#lib/testing/mutations.ts';
import { entropyOf, wordsOf } from './recovery-words.ts';

/** https://github.com/trezor/python-mnemonic/blob/master/vectors.json */
const VECTORS = [
  ['00000000000000000000000000000000', `${'abandon '.repeat(11)}about`],
  [
    '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
    'legal winner thank year wave sausage worth useful legal winner thank yellow',
  ],
  [
    '80808080808080808080808080808080',
    'letter advice cage absurd amount doctor acoustic avoid letter advice cage above',
  ],
  ['ffffffffffffffffffffffffffffffff', `${'zoo '.repeat(11)}wrong`],
  [
    '9e885d952ad362caeb4efe34a8e91bd2',
    'ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic',
  ],
] as const;

test.each(VECTORS)('%s is written as %s', async (hex, words) => {
  expect((await wordsOf(fromHex(hex) as Bytes)).join(' ')).toBe(words);
  const read = await entropyOf(words);
  expect(read.ok && toHex(read.value)).toBe(hex);
});

test('every entropy comes back', async () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const entropy = mutations(seed).bytes(16);
    const read = await entropyOf((await wordsOf(entropy)).join(' '));
    expect(read).toEqual({ ok: true, value: entropy });
  }
});

const [, , , , [HEX, WORDS]] = VECTORS;

test.each([
  ['capitals', WORDS.toUpperCase()],
  ['spaces and lines', `\n  ${WORDS.replaceAll(' ', ' \n\t ')}\u00A0`],
  ['commas', WORDS.replaceAll(' ', ', ')],
  [
    'numbers',
    WORDS.split(' ')
      .map((word, index) => `${index + 1}. ${word}`)
      .join('\n'),
  ],
  [
    'first four letters',
    WORDS.split(' ')
      .map((word) => word.slice(0, 4))
      .join(' '),
  ],
  ['full-width letters', WORDS.replace('ozone', 'ｏｚｏｎｅ')],
])('forgives %s', async (_, typed) => {
  const read = await entropyOf(typed);
  expect(read.ok && toHex(read.value)).toBe(HEX);
});

test.each([
  ['count', ''],
  ['count', WORDS.replace(' picnic', '')],
  ['count', `${WORDS} picnic`],
  ['count', 'zoo '.repeat(1000)],
  ['unknown-word', WORDS.replace('ozone', 'ozonne')],
  ['unknown-word', WORDS.replace('ozone', 'ozo')],
  ['unknown-word', WORDS.replace('ozone', 'озон')],
  ['unknown-word', WORDS.replace('ozone', 'constructor')],
  ['checksum', WORDS.replace('ozone drill', 'drill ozone')],
  ['checksum', 'zoo '.repeat(12)],
])('%s: %s', async (problem, typed) => {
  expect(await entropyOf(typed)).toEqual({ ok: false, problem });
});

test('a short word of the list is itself, not the beginning of a longer one', async () => {
  const entropy = await entropyOf(`${'add '.repeat(11)}add`);
  expect(entropy.ok ? 'read' : entropy.problem).not.toBe('unknown-word');
});
