import { spawnSync } from 'node:child_process';

/** Runs a short system command to its end and resolves to what it printed. @throws with its words if it failed. */
export function execute([name, ...args]: readonly [string, ...string[]], input = ''): string {
  const { error, status, stdout, stderr } = spawnSync(name, args, { input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) {
    throw new Error(`${name} ${args.join(' ')}: ${(stderr || stdout).trim() || `exit ${status}`}`);
  }
  return stdout;
}
