import { ensureApp } from '../../scripts/app-build.ts';
import { run } from '../../scripts/command.ts';
import { networkTests } from './command.ts';
import { whyNoLab } from './lab/why-no-lab.ts';

/** `npm run test:network [-- PLAYWRIGHT ARGUMENTS]`: every test of this folder, or a line that says why not. */
const why = await whyNoLab();
if (why !== undefined) {
  process.stdout.write(`skipped: ${why}\n`);
} else {
  await ensureApp(() => process.stdout.write('Building the app…\n'));
  const { code } = await run(networkTests(process.argv.slice(2)), { show: true });
  process.exitCode = code;
}
