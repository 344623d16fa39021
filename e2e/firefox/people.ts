import { listen } from '../ear.ts';
import { test as everywhere } from '../people.ts';
import type { TestRelay } from '../relay.ts';
import { startFirefox } from './browser.ts';
import type { Firefox } from './browser.ts';
import { Fox } from './fox.ts';

export interface FoxOptions {
  /** The relay that serves their page; the test's own unless given. */
  readonly relay?: TestRelay;
  /** Stays on the page as it opens, instead of going through the first visit. */
  readonly arrive?: 'opened' | 'reachable';
}

interface Fixtures {
  /** Brings a person with Firefox and fresh storage; they leave with the test. */
  fox: (name: string, options?: FoxOptions) => Promise<Fox>;
}

/** As everywhere, and with people who use Firefox beside those who use Chromium. */
export const test = everywhere.extend<Fixtures, { firefox: Firefox }>({
  firefox: [
    async ({}, use) => {
      const firefox = await startFirefox();
      await use(firefox);
      await firefox.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  fox: async ({ relay: own, firefox }, use) => {
    const people: Fox[] = [];
    await use(async (name, { relay = own, arrive = 'reachable' } = {}) => {
      const context = await firefox.browser.createBrowserContext();
      const page = await context.newPage();
      await page.evaluateOnNewDocument(listen);
      const fox = new Fox(name, page, context);
      people.push(fox);
      await page.goto(relay.url);
      if (arrive === 'reachable') await fox.start();
      return fox;
    });
    await Promise.all(people.map(({ context }) => context.close()));
  },
});

export { expect } from '@playwright/test';
