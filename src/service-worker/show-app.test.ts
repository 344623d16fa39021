import { expect, test } from 'vitest';
import { showApp } from './show-app.ts';

/** The pages that are open, by name, the one used last first; what was done with them is noted. */
async function show(...names: readonly string[]): Promise<readonly string[]> {
  const done: string[] = [];
  await showApp({
    matchAll: async () => names.map((name) => ({ focus: async () => done.push(`focus ${name}`) })),
    openWindow: async (path) => done.push(`open ${path}`),
  });
  return done;
}

test('the page used last comes to the front, and no second one is opened', async () => {
  expect(await show('last', 'before')).toEqual(['focus last']);
});

test('where no page is left, one is opened', async () => {
  expect(await show()).toEqual(['open /']);
});
