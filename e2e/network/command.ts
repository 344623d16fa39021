import { enclosed } from './lab/enclosure.ts';

/** The command line that runs the tests of this folder in a laboratory of their own. */
export function networkTests(args: readonly string[]): [string, ...string[]] {
  const config = ['--config', 'e2e/network/playwright.config.ts'];
  return enclosed(['playwright', 'test', ...config, ...args]);
}
