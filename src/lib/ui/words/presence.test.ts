import { expect, test } from 'vitest';
import { m } from '#lib/messages/messages.js';
import { overwriteGetLocale } from '#lib/messages/runtime.js';
import { presenceText } from './presence.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const seen = (ago: number) => presenceText({ state: 'seen', at: NOW - ago }, NOW);

test('what is known of somebody is said in words, and nothing where nothing is', () => {
  overwriteGetLocale(() => 'en');
  expect(presenceText({ state: 'online' }, NOW)).toBe('Online');
  expect(presenceText({ state: 'unreachable' }, NOW)).toBe('Offline');
  expect(presenceText({ state: 'unknown' }, NOW)).toBe('');
});

test.each([
  [-5 * MINUTE, 'Seen just now'],
  [0.9 * MINUTE, 'Seen just now'],
  [MINUTE, 'Seen 1 minute ago'],
  [5.9 * MINUTE, 'Seen 5 minutes ago'],
  [90 * MINUTE, 'Seen 1 hour ago'],
  [50 * 60 * MINUTE, 'Seen 2 days ago'],
  [20 * 24 * 60 * MINUTE, 'Seen 2 weeks ago'],
])('%d ms ago', (ago, text) => {
  overwriteGetLocale(() => 'en');
  expect(seen(ago)).toBe(text);
});

test('in Russian with its plurals', () => {
  overwriteGetLocale(() => 'ru');
  expect(seen(5 * MINUTE)).toBe('Последний визит 5 минут назад');
  expect(seen(21 * MINUTE)).toBe('Последний визит 21 минуту назад');
});

// That a contact is "Offline" is said in English as of oneself, and it stands beside their name. In Russian it is not.
test.each([
  ['en', 'online'],
  ['ru', 'online'],
  ['ru', 'unreachable'],
] as const)('in %s nobody takes “%s” for their own state', (locale, state) => {
  overwriteGetLocale(() => locale);
  const own: readonly string[] = [m.net_offline(), m.net_connecting(), m.net_reachable()];
  expect(own).not.toContain(presenceText({ state }, NOW));
});
