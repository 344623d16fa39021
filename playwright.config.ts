import { defineConfig } from '@playwright/test';
import { lightChromiumLaunch } from './scripts/chromium.ts';
import { FULL } from './scripts/full-run.ts';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  // Those need a laboratory around them (`npm run test:network`), and Firefox (`npm run verify -- firefox`).
  testIgnore: ['**/e2e/network/**', '**/e2e/firefox/**'],
  globalSetup: './e2e/build.ts',
  outputDir: 'test-results',
  forbidOnly: true,
  ...(FULL ? {} : { grepInvert: /@full/ }),
  // A test that needs a second try hides a race; waits are honest instead.
  retries: 0,
  // Two people who talk keep two cores busy.
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    // Recording the screens of two browsers takes more of two cores than the calls themselves.
    trace: 'off',
    launchOptions: lightChromiumLaunch(),
  },
});
