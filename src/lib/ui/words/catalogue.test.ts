import { expect, test } from 'vitest';
import en from '../../../../messages/en.json' with { type: 'json' };
import ru from '../../../../messages/ru.json' with { type: 'json' };

type Forms = readonly { readonly match: Readonly<Record<string, string>> }[];
type Catalogue = Readonly<Record<string, string | Forms>>;

const catalogues: readonly (readonly [string, Catalogue])[] = [
  ['en', en],
  ['ru', ru],
];

const textsOf = (entry: string | Forms): readonly string[] =>
  typeof entry === 'string' ? [entry] : entry.flatMap(({ match }) => Object.values(match));

const placeholdersOf = (text: string): readonly string[] =>
  [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

test('every key exists in every language', () => {
  expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort());
});

test.each(catalogues)('no text of %s is empty', (_, catalogue) => {
  const empty = Object.entries(catalogue).filter(([, entry]) =>
    textsOf(entry).some((text) => text.trim() === ''),
  );
  expect(empty).toEqual([]);
});

test('a text says the same things in every language', () => {
  const english: Catalogue = en;
  for (const [key, entry] of Object.entries(ru as Catalogue)) {
    const wanted = placeholdersOf(textsOf(english[key] ?? '')[0] ?? '');
    for (const text of textsOf(entry)) expect([key, placeholdersOf(text)]).toEqual([key, wanted]);
  }
});

test.each(catalogues)('plurals of %s have every form of the language', (locale, catalogue) => {
  const { pluralCategories } = new Intl.PluralRules(locale).resolvedOptions();
  const plurals = Object.values(catalogue).filter((entry) => typeof entry !== 'string');
  expect(plurals.length).toBeGreaterThan(0);
  for (const [forms] of plurals) {
    const given = Object.keys(forms?.match ?? {}).map((key) => key.split('=')[1]);
    expect(given.sort()).toEqual([...pluralCategories].sort());
  }
});

test('Russian is written in Russian', () => {
  const noWordsInIt = new Set([
    '$schema',
    'app_name',
    'page_title',
    'title_with_missed',
    'claimed_name',
    'peer_note',
    'contact_item',
    'quality_because',
  ]);
  const latin = Object.entries(ru as Catalogue).filter(
    ([key, entry]) =>
      !noWordsInIt.has(key) &&
      textsOf(entry).some((text) => !/\p{Script=Cyrillic}/u.test(text.replace(/\{\w+\}/g, ''))),
  );
  expect(latin.map(([key]) => key)).toEqual([]);
});

/** Read out, shown in the title or put into other texts: an element around a name has no place there. */
const NOT_DRAWN: ReadonlySet<string> = new Set([
  'page_title',
  'contact_call',
  'contact_message',
  'contact_more',
  'contact_item',
  'short_key',
  'claimed_name',
  'incoming_from',
  'incoming_from_stranger',
  'incoming_from_unnamed',
  'call_with',
  'calls_call',
  'calls_remove',
  'relay_more',
  'ice_remove',
]);

test.each(catalogues)('names and keys in the sentences of %s run their own way', (_, catalogue) => {
  const names = /(?<!\u2068)\{(?:name|key|via|note)\}|\{(?:name|key|via|note)\}(?!\u2069)/;
  const isolates = /[\u2068\u2069]/;
  const wrong = Object.entries(catalogue).filter(([key, entry]) =>
    textsOf(entry).some((text) => (NOT_DRAWN.has(key) ? isolates : names).test(text)),
  );
  expect(wrong.map(([key]) => key)).toEqual([]);
});
