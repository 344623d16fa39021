import { defineConfig } from '@playwright/test';
import everywhere from '../../playwright.config.ts';

/** The tests in the network laboratory; `main.ts` runs them. */
export default defineConfig({
  ...everywhere,
  testDir: '.',
  testIgnore: [],
  outputDir: '../../test-results/network',
  globalSetup: [],
  timeout: 120_000,
  // Recording the screens of two browsers takes more of two cores than the calls themselves.
  use: { ...everywhere.use, trace: 'off' },
});
