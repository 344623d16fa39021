import { defineConfig } from '@playwright/test';
import { lightChromiumLaunch } from './scripts/chromium.ts';
import { FULL } from './scripts/full-run.ts';

/** Stories in which nobody talks, or hardly. */
const QUIET = [
  'doctor',
  'keeping',
  'layout',
  'links',
  'no-webrtc',
  'opening',
  'settings-relays',
  'storage',
  'trust',
].map((name) => `**/e2e/${name}.spec.ts`);

export default defineConfig({
  testDir: 'e2e',
  // Those in folders need a laboratory around them (`npm run test:network`), or Firefox (`npm run verify -- firefox`).
  testMatch: 'e2e/*.spec.ts',
  globalSetup: './e2e/build.ts',
  outputDir: 'test-results',
  forbidOnly: true,
  ...(FULL ? {} : { grepInvert: /@full/ }),
  // A test that needs a second try hides a race; waits are honest instead.
  retries: 0,
  // Two people who talk keep two cores busy: beside them runs only what reads, types and waits.
  workers: 2,
  projects: [
    { name: 'talk', testIgnore: QUIET, workers: 1 },
    { name: 'quiet', testMatch: QUIET, workers: 1 },
  ],
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
