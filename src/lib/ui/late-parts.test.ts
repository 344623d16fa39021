import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * A part that is fetched late may be gone from the server: without `{:catch}` its button would do nothing, and nobody would know why.
 */
test('every part that a screen fetches late says so when it cannot be had', () => {
  const files = globSync('src/**/*.svelte');
  const late = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('{#await import(')
      .slice(1)
      .map((rest) => ({ file, block: rest.slice(0, rest.indexOf('{/await}')) })),
  );
  expect(late.length).toBeGreaterThan(10);
  expect(late.filter(({ block }) => !block.includes('{:catch')).map(({ file }) => file)).toEqual(
    [],
  );
});
