import { expect, test } from 'vitest';
import { END_REASONS, LINK_PROBLEMS, RELAY_PROBLEMS, WORDS_PROBLEMS } from '#lib/domain/reasons.ts';
import { locales, overwriteGetLocale } from '#lib/messages/runtime.js';
import { END_REASON_ADVICE, END_REASON_WORDS } from './end-reasons.ts';
import { LINK_PROBLEM_WORDS, WORDS_PROBLEM_WORDS } from './problems.ts';
import { RELAY_PROBLEM_WORDS } from './relays.ts';

const ALICE = { name: 'Alice' };

test.each(locales)('every reason has words of its own in %s', (locale) => {
  overwriteGetLocale(() => locale);
  const catalogues = [
    END_REASONS.map((reason) => END_REASON_WORDS[reason]()),
    LINK_PROBLEMS.map((problem) => LINK_PROBLEM_WORDS[problem]()),
    RELAY_PROBLEMS.map((problem) => RELAY_PROBLEM_WORDS[problem]()),
    WORDS_PROBLEMS.map((problem) => WORDS_PROBLEM_WORDS[problem]()),
  ];
  for (const words of catalogues) {
    expect(words.every((text) => text.length > 0)).toBe(true);
    expect(new Set(words).size).toBe(words.length);
  }
});

test('what a person can mend comes with advice', () => {
  overwriteGetLocale(() => 'en');
  const mendable = [
    'offline',
    'not-found',
    'not-reachable',
    'microphone-refused',
    'hidden-no-relay',
  ] as const;
  for (const reason of mendable) expect(END_REASON_ADVICE[reason](ALICE)).toMatch(/\.$/);
});

test.each(locales)('nothing is claimed of what the other person will see, in %s', (locale) => {
  overwriteGetLocale(() => locale);
  expect(END_REASON_ADVICE['no-answer'](ALICE)).not.toMatch(/missed|пропущен/i);
});
