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
});
