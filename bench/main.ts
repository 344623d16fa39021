import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * `npm run bench`: what can be measured on any machine within minutes, beside something measured in the same run. Calls
 * need a laboratory and take much longer: they are asked for by name.
 */
const script = fileURLToPath(new URL('relay/main.ts', import.meta.url));
const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
process.stdout.write(
  'Calls beside PeerJS and others: npm run bench:calls (Linux, as root mostly)\n',
);
