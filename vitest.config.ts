import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { FAKE_MICROPHONE_ARGS, lightChromiumLaunch } from './scripts/chromium.ts';

const RUNES = 'src/**/*.svelte.test.ts';
const BROWSER = 'src/**/*.browser.test.ts';

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          // Tests leave nothing behind, and a process of its own for each of the files costs more than they do.
          isolate: false,
          restoreMocks: true,
          unstubGlobals: true,
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [RUNES, BROWSER],
        },
      },
      {
        test: {
          name: 'relay',
          environment: 'node',
          include: ['relay/test/**/*.test.ts'],
          // Real sockets and processes, on machines with two cores.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // They wait for the network more than they work.
          maxWorkers: 2,
        },
      },
      {
        // Svelte without Kit, and messages compiled before: Paraglide's plugin would keep vitest from exiting.
        plugins: [svelte()],
        // In Svelte's server build effects never run, silently.
        resolve: { conditions: ['browser'] },
        test: { name: 'runes', environment: 'happy-dom', include: [RUNES] },
      },
      {
        plugins: [svelte()],
        // Found only while tests run, a package makes Vite load the page again under them. Icons stay single files.
        optimizeDeps: {
          noDiscovery: true,
          include: ['axe-core', 'bits-ui', 'ipaddr.js', 'unhomoglyph', 'uqr'],
        },
        test: {
          name: 'browser',
          include: [BROWSER],
          testTimeout: 30_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: lightChromiumLaunch(FAKE_MICROPHONE_ARGS),
              contextOptions: { permissions: ['microphone'] },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
