import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

test('one task after the other, each with its own result, a failed one included', async () => {
  const exclusively = inOrder();
  const steps: string[] = [];
  const task = (name: string, fails = false) =>
    exclusively(async () => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([task('a'), task('b', true), task('c')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});
