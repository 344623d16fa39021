import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Servers and crowds of clients, as processes that answer their parent. */

/** A server to measure: its program, and in what it prints the address where it listens. */
export interface Server {
  readonly file: string;
  readonly args: readonly string[];
  readonly ready: RegExp;
}

const at = (name: string): string => join(import.meta.dirname, name);
const children: ChildProcess[] = [];

export async function ask<Answer>(child: ChildProcess, question: string | number): Promise<Answer> {
  child.send(question);
  const settled = new AbortController();
  const { signal } = settled;
  const gone = once(child, 'exit', { signal }).then(() => {
    throw new Error(`${child.spawnfile} ended before it answered`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal }), gone])) as [Answer];
    return answer;
  } finally {
    settled.abort();
  }
}

export async function startServer({
  file,
  args,
  ready,
}: Server): Promise<{ child: ChildProcess; address: string }> {
  const child = fork(file, args, {
    execArgv: ['--expose-gc', '--import', pathToFileURL(at('probe.ts')).href],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  let said = '';
  for await (const text of child.stdout ?? []) {
    said += String(text);
    const address = ready.exec(said)?.[1];
    if (address !== undefined) return { child, address };
  }
  throw new Error(`${file} did not start`);
}

export function startCrowd(address: string): ChildProcess {
  const crowd = fork(at('idle-peers.ts'), [address], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(crowd);
  return crowd;
}

export function endProcesses(): void {
  for (const child of children) child.kill('SIGKILL');
}
