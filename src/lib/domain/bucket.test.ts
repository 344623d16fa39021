import { expect, test } from 'vitest';
import { createBucket } from './bucket.ts';

test('a bucket gives what it holds, fills evenly, and never above its size', () => {
  let time = 0;
  const bucket = createBucket({ most: 4, perSecond: 2, now: () => time });
  expect([1, 2, 3, 4, 5].map(() => bucket.take())).toEqual([true, true, true, true, false]);
  time += 500;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  time += 1_000;
  expect([bucket.take(3), bucket.left]).toEqual([false, 2]);
  expect(bucket.isFull).toBe(false);
  time += 60_000;
  expect([bucket.left, bucket.isFull]).toEqual([4, true]);
});

test('what was used already can be drawn below nothing, but no debt grows without end', () => {
  let time = 0;
  const bucket = createBucket({ most: 10, perSecond: 1, now: () => time });
  bucket.draw(15);
  expect([bucket.left, bucket.take(0)]).toEqual([-5, false]);
  bucket.draw(1000);
  time += 11_000;
  expect(bucket.take()).toBe(true);
});
