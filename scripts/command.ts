import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..');

/** What a command left behind. */
export interface Ran {
  /** The exit code; 1 for a command that could not be started, was killed, or took too long. */
  readonly code: number;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

export interface CommandOptions {
  /** The root of the repository unless given. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Shows the output while it comes instead of keeping it. */
  readonly show?: boolean;
  /** After this many milliseconds the command and its children are killed. */
  readonly limit?: number;
}

/** Process groups to end when this process ends: a browser outlives the runner that started it. */
const groups = new Set<number>();
const endAll = () => groups.forEach(end);
const interrupted = () => process.exit(130);

/** Takes the signals only while a command runs: afterwards they are for whatever this process does next. */
function watchGroup(group: number): void {
  if (groups.size === 0) {
    process.on('exit', endAll);
    process.on('SIGINT', interrupted);
    process.on('SIGTERM', interrupted);
  }
  groups.add(group);
}

function endGroup(group: number): void {
  end(group);
  groups.delete(group);
  if (groups.size > 0) return;
  process.off('exit', endAll);
  process.off('SIGINT', interrupted);
  process.off('SIGTERM', interrupted);
}

function end(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Runs a command of `node_modules/.bin` or of the system, without a shell. Never rejects. */
export function run(
  [name, ...args]: readonly [string, ...string[]],
  { cwd = ROOT, env, show = false, limit }: CommandOptions = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      cwd,
      detached: true,
      env: {
        ...process.env,
        PATH: join(ROOT, 'node_modules', '.bin') + delimiter + (process.env['PATH'] ?? ''),
        ...env,
      },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    const pid = child.pid;
    if (pid !== undefined) watchGroup(pid);
    let output = '';
    const keep = (chunk: Buffer) => void (output += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const timer =
      limit === undefined || pid === undefined
        ? undefined
        : setTimeout(() => {
            output += `\n${name} was killed: it took longer than ${limit / 60_000} minutes.\n`;
            end(pid);
          }, limit);
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => {
      clearTimeout(timer);
      if (pid !== undefined) endGroup(pid);
      resolve({ code: code ?? 1, output });
    });
  });
}
