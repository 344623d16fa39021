import { chromium } from '@playwright/test';
import { noteOpening, openingOf } from '../../e2e/opening.ts';
import { Person } from '../../e2e/person.ts';
import { openWire } from '../../e2e/wire.ts';
import type { Pace } from '../../e2e/wire.ts';
import { chromiumLaunch } from '../../scripts/chromium.ts';

/** What a first visit took. */
export interface Visit {
  readonly requests: number;
  readonly bytes: number;
  /** With the worker and all that it keeps. */
  readonly allRequests: number;
  readonly allBytes: number;
  readonly shift: number;
  readonly largestPaintMs: number;
  /** From the navigation until a name can be typed. */
  readonly welcomeMs: number;
}

/** Somebody opens the app for the first time, over a wire of that pace, and stays until it opens without one. */
export async function visit(url: string, pace: Pace): Promise<Visit> {
  const wire = await openWire(url, pace);
  const browser = await chromium.launch(chromiumLaunch());
  try {
    const context = await browser.newContext({ baseURL: wire.url, locale: 'en-US' });
    const person = new Person('Alice', await context.newPage());
    const { page } = person;
    await page.addInitScript(noteOpening);
    await page.goto('/', { waitUntil: 'commit' });
    await page.getByRole('textbox', { name: 'Your name' }).waitFor();
    const welcomeMs = await page.evaluate(() => performance.now());
    await page.waitForLoadState('networkidle');
    const { requests, bytes } = wire;
    const { largestPaintMs } = await openingOf(page);
    await person.start();
    await person.reachable();
    await page.evaluate(untilWorkerActive);
    const { shift } = await openingOf(page);
    const all = { allRequests: wire.requests, allBytes: wire.bytes };
    return { requests, bytes, ...all, shift, largestPaintMs, welcomeMs };
  } finally {
    await browser.close();
    await wire.close();
  }
}

/** Runs in the page. */
async function untilWorkerActive(): Promise<void> {
  const { active } = await navigator.serviceWorker.ready;
  if (active === null || active.state === 'activated') return;
  await new Promise((resolve) => active.addEventListener('statechange', resolve, { once: true }));
}
