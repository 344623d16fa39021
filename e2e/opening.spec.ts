import type { Page } from '@playwright/test';
import { noteOpening, openingOf } from './opening.ts';
import { IN_FULL } from '../scripts/full-run.ts';
import { expect, test } from './people.ts';
import { Person } from './person.ts';
import { openWire } from './wire.ts';

const KIB = 1024;
/** What the first screen may take, and all of a first visit with the worker that keeps the app for later. */
const FIRST_SCREEN = { requests: 20, bytes: 170 * KIB };
const ALL_BYTES = 430 * KIB;
/** A layout shift that nobody sees (https://web.dev/articles/cls calls 0.1 good). */
const SHIFT = 0.02;

const workerIsActive = (page: Page) =>
  page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
const keptFiles = (page: Page) =>
  page.evaluate(async () => {
    const kept = (await caches.keys()).map(async (name) => (await caches.open(name)).keys());
    return (await Promise.all(kept)).flat().length;
  });

test('a first visit takes few requests and few bytes, nothing jumps, and nothing comes twice', async ({
  browserOf,
  relay,
}) => {
  const wire = await openWire(relay.url);
  const browser = await browserOf('low');
  const context = await browser.newContext({ baseURL: wire.url, locale: 'en-US' });
  const alice = new Person('Alice', await context.newPage());
  await alice.page.addInitScript(noteOpening);
  await alice.page.goto('/');
  await expect(alice.page.getByRole('button', { name: 'Start', exact: true })).toBeEnabled();
  await alice.page.waitForLoadState('networkidle');
  expect(wire.requests).toBeLessThanOrEqual(FIRST_SCREEN.requests);
  expect(wire.bytes).toBeLessThanOrEqual(FIRST_SCREEN.bytes);

  await alice.start();
  await alice.reachable();
  await expect.poll(() => workerIsActive(alice.page)).toBe('activated');
  expect((await openingOf(alice.page)).shift).toBeLessThanOrEqual(SHIFT);
  expect(wire.bytes).toBeLessThanOrEqual(ALL_BYTES);
  await context.close();
  await wire.close();
});

test.describe('a relay of its own', () => {
  test.use({ relayOptions: [] });

  test(
    'an app that the browser has thrown away is kept again, and opens with no network',
    IN_FULL,
    async ({ person, relay }) => {
      const { page, context } = await person('Alice');
      await expect.poll(() => workerIsActive(page)).toBe('activated');
      const before = await keptFiles(page);
      await page.evaluate(async () => {
        for (const name of await caches.keys()) await caches.delete(name);
      });
      await page.reload();
      await expect.poll(() => keptFiles(page)).toBe(before);

      await relay.stop();
      await context.setOffline(true);
      for (const path of ['/', '/settings']) {
        await page.goto(path);
        await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
      }
    },
  );
});
