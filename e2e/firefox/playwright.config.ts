import { defineConfig } from '@playwright/test';
import everywhere from '../../playwright.config.ts';

/** Stories with Firefox in them. */
export default defineConfig({
  ...everywhere,
  testDir: '.',
  testIgnore: [],
  outputDir: '../../test-results/firefox',
  globalSetup: '../build.ts',
  // Two kinds of browser on two cores; and what Firefox is asked goes over one wire.
  timeout: 300_000,
  expect: { timeout: 30_000 },
});
