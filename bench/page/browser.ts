import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { setTimeout as wait } from 'node:timers/promises';
import { chromiumLaunch, FAKE_MICROPHONE_ARGS } from '../../scripts/chromium.ts';
import { processorSeconds } from './processor.ts';

/** A page with a whole browser of its own, so that what it costs can be told. */
export interface OwnBrowser {
  readonly page: Page;
  /** Processor time so far, s. */
  spent(): number;
  close(): Promise<void>;
}

export async function ownBrowser(url: string): Promise<OwnBrowser> {
  const server = await chromium.launchServer(chromiumLaunch(FAKE_MICROPHONE_ARGS));
  const browser = await chromium.connect(server.wsEndpoint());
  const context = await browser.newContext({ locale: 'en-US', permissions: ['microphone'] });
  const page = await context.newPage();
  await page.goto(url);
  const { pid } = server.process();
  if (pid === undefined) throw new Error('The browser has no process.');
  return {
    page,
    spent: () => processorSeconds(pid),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** What browsers cost meanwhile, each in percent of one core. */
export async function percentOfCore(
  browsers: readonly OwnBrowser[],
  seconds: number,
): Promise<readonly number[]> {
  const before = browsers.map((one) => one.spent());
  const started = performance.now();
  await wait(seconds * 1000);
  const passed = (performance.now() - started) / 1000;
  return browsers.map((one, index) => (100 * (one.spent() - (before[index] ?? 0))) / passed);
}
