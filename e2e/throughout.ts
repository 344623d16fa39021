import type { Page } from '@playwright/test';

/** How long something must not happen: what it would follow from takes a fraction of a second. */
const WATCHED_MS = 3_000;
const LOOKS = 12;

/** Checks again and again that something does not happen, with the last look after {@link WATCHED_MS}. */
export async function throughout(page: Page, check: () => Promise<void>): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    await check();
    await page.evaluate(
      (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      WATCHED_MS / LOOKS,
    );
  }
  await check();
}
