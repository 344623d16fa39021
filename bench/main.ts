import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Every benchmark, one after the other: each prints a table with ratios to something measured in the same run. */
const BENCHMARKS = ['relay/main.ts'];

for (const benchmark of BENCHMARKS) {
  const script = fileURLToPath(new URL(benchmark, import.meta.url));
  const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
