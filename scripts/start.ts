import '../relay/src/process/small-memory.ts';
import { endWithLauncher } from '../relay/src/process/launcher.ts';
import { ensureApp } from './app-build.ts';

/** `npm start`: the app, built if needed, and one relay that serves it, with the relay's own options. */
const relayOnly = ['--help', '--version'].some((flag) => process.argv.includes(flag));
endWithLauncher();
try {
  if (!relayOnly) await ensureApp(() => process.stdout.write('Building the app…\n'));
  // In this process, so that signals and the exit code are the relay's own.
  await import('../relay/src/main.ts');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
