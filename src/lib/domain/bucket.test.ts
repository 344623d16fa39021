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

test('a clock that is set back keeps nobody waiting, and one that jumps ahead fills it once', () => {
  let time = 100_000;
  const bucket = createBucket({ most: 2, perSecond: 1, now: () => time });
  bucket.take(2);
  time -= 90_000;
  expect(bucket.left).toBe(0);
  time += 1_000;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  time += 90_000;
  expect(bucket.left).toBe(2);
});

test('how fast it fills may depend on something else', () => {
  let [time, speed] = [0, 1];
  const bucket = createBucket({ most: 9, perSecond: () => speed, now: () => time });
  bucket.take(9);
  time += 1_000;
  expect(bucket.left).toBe(1);
  speed = 4;
  time += 1_000;
  expect(bucket.left).toBe(5);
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
