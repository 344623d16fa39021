import { ensureApp } from '../scripts/app-build.ts';

/** Before the first test: the production build that the relays serve. */
export default async function build(): Promise<void> {
  await ensureApp(() => process.stdout.write('Building the app…\n'));
}
