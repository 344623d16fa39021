import { readFileSync } from 'node:fs';

/** That of the app that it was built with. */
export const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };
