import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { ROOT } from '../scripts/command.ts';

/** A real relay process that serves the built app. */
export interface TestRelay {
  /** Where browsers open the app, without a slash at the end. Stays the same after a restart. */
  readonly url: string;
  /** The multiaddr under which others dial it. */
  address(): Promise<string>;
  /** What the relay has printed so far. */
  readonly output: string;
  /** Ends the process at once, as a crash or a lost machine would. */
  kill(): Promise<void>;
  /** Ends the process as `Ctrl-C` does. Resolves to its exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same port with the same keys. */
  start(): Promise<void>;
  /** Stops it if it runs, and deletes its folder. */
  dispose(): Promise<void>;
}

/** Starts a relay on a free port with a new data folder. `options` are added to its command line. */
export async function startRelay(options: readonly string[] = []): Promise<TestRelay> {
  const folder = mkdtempSync(join(tmpdir(), 'woxly-relay-'));
  let output = '';
  let child: ChildProcess | undefined;
  let port = '0';

  const start = async (): Promise<string> => {
    const args = ['relay/src/main.ts', '--port', port, '--data', folder, ...options];
    const started = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    const keep = (chunk: Buffer) => void (output += chunk.toString());
    started.stdout.on('data', keep);
    started.stderr.on('data', keep);
    const lines = createInterface({ input: started.stdout });
    for await (const line of lines) {
      const [, url] = /WOXLY is ready at (http\S+)/.exec(line) ?? [];
      if (url === undefined) continue;
      // Reading on, or the pipe fills up and the relay stands still.
      started.stdout.resume();
      return url.replace(/\/$/, '');
    }
    throw new Error(`The relay ended before it was ready.\n${output}`);
  };

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return running?.exitCode ?? null;
    const exit = once(running, 'exit');
    running.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  };

  const url = await start();
  port = new URL(url).port;
  return {
    url,
    address: async () => {
      // Over a connection of its own: one that was kept may lead to a relay of before at the same address.
      const [response] = (await once(get(`${url}/relay.json`, { agent: false }), 'response')) as [
        IncomingMessage,
      ];
      const described = (await json(response)) as {
        multiaddrs: readonly [string, ...string[]];
      };
      return described.multiaddrs[0];
    },
    get output() {
      return output;
    },
    start: async () => {
      await start();
    },
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    dispose: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
