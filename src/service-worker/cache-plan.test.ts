import { expect, test } from 'vitest';
import { cacheName, isPageOf, planFor, precacheList, staleCaches } from './cache-plan.ts';

const ORIGIN = 'https://woxly.example';
const precached = new Set(['/', '/_app/entry.js', '/icons/icon.svg']);

const plan = (path: string, part: { method?: string; mode?: string } = {}) =>
  planFor(
    { method: 'GET', mode: 'no-cors', ...part, url: new URL(path, ORIGIN) },
    ORIGIN,
    precached,
  );

test.each([
  ['/_app/entry.js', 'cached'],
  ['/icons/icon.svg?v=1', 'cached'],
  ['/_app/of-another-version.js', 'leave'],
])('a file: %s → %s', (path, expected) => {
  expect(plan(path)).toBe(expected);
});

test.each(['/calls', '/settings?lang=ru', '/chat/12D3KooW', '/nothing/here'])(
  'a deep link is a page: %s',
  (path) => {
    expect(plan(path, { mode: 'navigate' })).toBe('page');
  },
);

test.each(['/healthz', '/relay.json', '/metrics'])('the relay answers for itself: %s', (path) => {
  expect(plan(path)).toBe('leave');
  expect(plan(path, { mode: 'navigate' })).toBe('leave');
});

test('what is not asked of us, or not with GET, is left alone', () => {
  expect(plan('https://elsewhere.example/_app/entry.js')).toBe('leave');
  expect(plan('/_app/entry.js', { method: 'POST' })).toBe('leave');
  expect(plan('/calls', { method: 'POST', mode: 'navigate' })).toBe('leave');
});

test('only caches of other versions of this app are stale', () => {
  const names = [cacheName('1'), cacheName('2'), 'somebody-elses'];
  expect(staleCaches(names, '2')).toEqual([cacheName('1')]);
});

test('everything the app needs is fetched ahead, and the page itself', () => {
  const list = precacheList(
    ['/_app/a.js'],
    ['/icons/icon.svg', '/icons/icon-512.png', '/screenshots/wide.png'],
  );
  expect(list).toEqual(['/', '/_app/a.js', '/icons/icon.svg']);
});

test('a page belongs to a version when all that it asks for does', () => {
  const files = new Set([
    '/_app/immutable/entry/start.a1.js',
    '/_app/immutable/assets/first.b2.css',
  ]);
  const page = (...asked: readonly string[]) => asked.map((file) => `<link href="${file}">`).join();
  expect(isPageOf(page(...files), files)).toBe(true);
  expect(isPageOf(page(...files, '/_app/immutable/entry/start.c3.js'), files)).toBe(false);
  // The sign-in page of a hotel, for one.
  expect(isPageOf('<p>Welcome</p>', files)).toBe(false);
});
