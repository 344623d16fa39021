import { expect, test } from 'vitest';
import { overwriteGetLocale } from '#lib/messages/runtime.js';
import { clockText, dayText, lengthWords } from './time.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOON = new Date(2026, 5, 15, 12).getTime();

test.each([
  [-5, '0:00'],
  [7 * SECOND, '0:07'],
  [12 * MINUTE + 30 * SECOND, '12:30'],
  [HOUR + 2 * MINUTE + 3 * SECOND, '1:02:03'],
])('%d ms on a clock is %s', (length, text) => {
  expect(clockText(length)).toBe(text);
});

test('a length is read aloud with the right plurals', () => {
  overwriteGetLocale(() => 'en');
  expect(lengthWords(MINUTE + SECOND)).toBe('1 minute 1 second');
  expect(lengthWords(0)).toBe('0 seconds');
  overwriteGetLocale(() => 'ru');
  expect(lengthWords(21 * MINUTE + 3 * SECOND)).toBe('21 минута 3 секунды');
  expect(lengthWords(5 * HOUR + 11 * SECOND)).toBe('5 часов 11 секунд');
});

test('days are said as people say them', () => {
  overwriteGetLocale(() => 'en');
  expect(dayText(NOON - HOUR, NOON)).toBe('Today');
  expect(dayText(NOON - 13 * HOUR, NOON)).toBe('Yesterday');
  expect(dayText(NOON - 72 * HOUR, NOON)).toBe('Jun 12');
  expect(dayText(new Date(2025, 0, 2).getTime(), NOON)).toBe('Jan 2, 2025');
});
