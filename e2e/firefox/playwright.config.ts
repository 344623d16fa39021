import { defineConfig } from '@playwright/test';
import everywhere from '../../playwright.config.ts';

/** Stories with Firefox in them. Those in `full` are for the full run: `WOXLY_FULL=1`. */
export default defineConfig({
  ...everywhere,
  testDir: '.',
  testIgnore: process.env['WOXLY_FULL'] === '1' ? [] : 'full/**',
  outputDir: '../../test-results/firefox',
  globalSetup: '../build.ts',
  // Two kinds of browser on two cores; and what Firefox is asked goes over one wire.
  timeout: 300_000,
});
