import { expect, test } from 'vitest';
import { huesOf } from './avatar-hues.ts';

/** Texts that differ in one place, as keys of one test run may. */
const keys = Array.from({ length: 500 }, (_, index) => `12D3KooW${index}A1iceVw3Gd8ShcUfbTqXm`);

test('a key has the same colours everywhere', () => {
  expect(huesOf('12D3KooWA1ice')).toEqual(huesOf('12D3KooWA1ice'));
});

test('people are spread over the colours', () => {
  const tenths = new Set(keys.map((key) => Math.floor(((huesOf(key)[0] - 140 + 360) % 360) / 26)));
  expect(tenths.size).toBe(10);
});

test('no avatar is the colour of mud, and every gradient is seen', () => {
  for (const key of keys) {
    const [first, second] = huesOf(key);
    for (const hue of [first, second]) expect(hue >= 140 || hue < 40).toBe(true);
    expect(Math.abs(first - second)).toBeGreaterThan(20);
  }
});
