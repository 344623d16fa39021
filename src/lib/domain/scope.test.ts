import { expect, test } from 'vitest';
import { createScope } from './scope.ts';

test('ends what was started, the newest first, each once the one before has ended', async () => {
  const scope = createScope();
  const ended: string[] = [];
  scope.add(() => ended.push('first'));
  scope.add(async () => {
    await Promise.resolve();
    ended.push('second');
  });
  await Promise.all([scope.stop(), scope.stop()]);
  expect(ended).toEqual(['second', 'first']);
});

test('what fails at the end keeps nothing else from ending', async () => {
  const failures: unknown[] = [];
  const scope = createScope((failure) => failures.push(failure));
  let ended = false;
  scope.add(() => (ended = true));
  scope.add(() => Promise.reject(new Error('late')));
  scope.add(() => {
    throw new Error('at once');
  });
  await scope.stop();
  expect(ended).toBe(true);
  expect(failures).toEqual([new Error('at once'), new Error('late')]);
});

test('what starts after the end ends at once', async () => {
  const scope = createScope();
  await scope.stop();
  let ended = false;
  scope.add(() => (ended = true));
  expect(ended).toBe(true);
});

test('ends at once what ends at once', () => {
  const scope = createScope();
  const ended: string[] = [];
  scope.add(() => new Promise(() => undefined));
  scope.add(() => ended.push('first'));
  scope.add(() => ended.push('second'));
  void scope.stop();
  expect(ended).toEqual(['second', 'first']);
});
