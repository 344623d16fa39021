/** The scripts of `package.json` that end with a relay in the same process. */
const SCRIPTS = ['start', 'relay'];
/** How often it is looked whether the launcher is still there, ms. */
const LOOK_MS = 250;

let isWatching = false;

/**
 * Ends this process, as SIGTERM does, when the shell has ended in which npm started it: told to end, npm ends that shell,
 * and what runs in it would stay behind. Whoever starts a relay without npm may leave it alone.
 */
export function endWithLauncher(): void {
  if (isWatching || !SCRIPTS.includes(process.env['npm_lifecycle_event'] ?? '')) return;
  isWatching = true;
  const launcher = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(looking);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  looking.unref();
}
