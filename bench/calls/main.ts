import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { whyNoLab } from '../../e2e/network/lab/why-no-lab.ts';
import { enclosed } from '../../e2e/network/lab/enclosure.ts';
import { ensureApp } from '../../scripts/app-build.ts';
import { run } from '../../scripts/command.ts';
import { PACKAGES } from './packages.ts';

/**
 * `npm run bench:calls [-- --runs N --round-trips 5,50,150 --only NAME --open-microphones]`: how fast calls are, beside
 * others.
 */
const why = await whyNoLab();
if (why === undefined) await bench();
else process.stdout.write(`skipped: ${why}\n`);

async function bench(): Promise<void> {
  await ensureApp(() => process.stderr.write('Building the app…\n'));
  if (!existsSync(join(PACKAGES, 'node_modules'))) {
    process.stderr.write('Installing the contenders…\n');
    const { code, output } = await run(['npm', 'ci', '--prefix', PACKAGES]);
    if (code !== 0) throw new Error(output);
  }
  const line = [process.execPath, join(import.meta.dirname, 'run.ts'), ...process.argv.slice(2)];
  const { code } = await run(enclosed(line), { show: true });
  process.exitCode = code;
}
