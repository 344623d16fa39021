import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from './eventually.ts';
import { aPeer, newFolder } from './peers.ts';

/** The relay as a process, and what it says. */
function run(args: string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts'), ...args], {
    env: { ...process.env, ...environment },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  // The address, a multiaddr or two, and what follows the last line break.
  const lineCount = args.includes('--no-webrtc-direct') ? 3 : 4;
  const ready = new Promise<string[]>((resolve, reject) => {
    child.stdout.on('data', () => {
      const lines = said.out.split('\n');
      if (said.out.startsWith('WOXLY is ready at ') && lines.length >= lineCount) resolve(lines);
    });
    ended.then(({ code, err }) => reject(new Error(`ended with ${code}: ${err}`)), reject);
  });
  ready.catch(() => {});
  return { child, ended, ready };
}

const aFreshRelay = async () =>
  run(['--port', '0', '--exempt-loopback', 'true', '--data', await newFolder()]);

test(
  'it says where a browser finds it and peers dial it, and logs no address',
  { timeout: 20_000 },
  async () => {
    const { child, ended, ready } = await aFreshRelay();
    const [first = '', webSocket = '', direct = ''] = await ready;
    const url = first.replace('WOXLY is ready at ', '');
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    const { port } = new URL(url);
    expect(webSocket).toMatch(new RegExp(`^/ip4/127.0.0.1/tcp/${port}/ws/p2p/12D3KooW\\w{44}$`));
    expect(direct).toMatch(
      new RegExp(`^/ip4/127.0.0.1/udp/${port}/webrtc-direct/certhash/uEi\\w+[\\w-]*/p2p/12D3KooW`),
    );
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await (await aPeer()).dial(multiaddr(webSocket));
    child.kill('SIGTERM');
    const { err } = await ended;
    expect(err).toContain('"event":"started"');
    expect(err).not.toMatch(/12D3KooW|127\.0\.0\.1|localhost/);
  },
);

/** The promise. How long a relay takes to start is none. */
const STOP_MS = 2_000;

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends it within 2 s, peers connected or not, with exit code 0',
  async (signal) => {
    const { child, ended, ready } = await aFreshRelay();
    const [, webSocket = ''] = await ready;
    const connection = await (await aPeer()).dial(multiaddr(webSocket));
    child.kill(signal);
    const late = AbortSignal.timeout(STOP_MS);
    const end = await Promise.race([ended, once(late, 'abort').then(() => 'still running')]);
    expect(end).toMatchObject({ code: 0 });
    expect(connection.status).not.toBe('open');
  },
);

test('a port in use is one line and exit code 2', { timeout: 20_000 }, async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const { code, err, out } = await run(['--port', String(port), '--data', await newFolder()]).ended;
  expect({ code, err, out }).toEqual({
    code: 2,
    err: `woxly relay: --port: ${port} is in use\n`,
    out: '',
  });
});

test('a wrong option is one line and exit code 2', { timeout: 20_000 }, async () => {
  const { code, err, out } = await run([], { WOXLY_PORT: 'x' }).ended;
  expect({ code, err, out }).toEqual({
    code: 2,
    err: 'woxly relay: WOXLY_PORT: must be a whole number from 0 to 65535, not "x"\n',
    out: '',
  });
});

test(
  'a key file that is not a key is one line, and is not replaced',
  { timeout: 20_000 },
  async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'identity.key'), 'not a key\n');
    const { code, err } = await run(['--port', '0', '--data', folder]).ended;
    expect(code).toBe(1);
    expect(err).toBe(`woxly relay: ${join(folder, 'identity.key')} is not the key of a relay\n`);
  },
);

test(
  'a data folder that another relay has is one line and exit code 2; it is free as soon as that one is killed',
  { timeout: 60_000 },
  async () => {
    const folder = await newFolder();
    const args = ['--port', '0', '--no-webrtc-direct', '--turn', 'false', '--data', folder];
    const first = run(args);
    await first.ready;
    const { code, err, out } = await run(args).ended;
    expect({ code, err, out }).toEqual({
      code: 2,
      err: `woxly relay: --data: ${folder} is in use by another relay\n`,
      out: '',
    });
    expect(first.child.exitCode).toBeNull();
    first.child.kill('SIGKILL');
    await first.ended;
    await run(args).ready;
  },
);

test(
  'it ends with the shell in which npm started it, and stays where somebody else did',
  { timeout: 60_000 },
  async () => {
    const start = async (environment: Record<string, string>) => {
      const main = join(import.meta.dirname, '../src/main.ts');
      const data = await newFolder();
      const args = [main, '--port', '0', '--no-webrtc-direct', '--turn', 'false', '--data', data];
      const line = `"$0" "$@" & echo $!; wait`;
      const shell = spawn('/bin/sh', ['-c', line, process.execPath, ...args], {
        env: { ...process.env, ...environment },
      });
      let said = '';
      shell.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      await eventually(() => expect(said).toContain('is ready at'), 30_000);
      const pid = Number(/^\d+$/m.exec(said)?.[0]);
      onTestFinished(() => {
        if (isRunning(pid)) process.kill(pid, 'SIGKILL');
      });
      shell.kill('SIGTERM');
      await once(shell, 'exit');
      return pid;
    };
    const isRunning = (pid: number): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    const alone = await start({ npm_lifecycle_event: 'test' });
    const byNpm = await start({ npm_lifecycle_event: 'relay' });
    await eventually(() => expect(isRunning(byNpm)).toBe(false), 5_000);
    expect(isRunning(alone)).toBe(true);
  },
);

test('--help and --version end with exit code 0', { timeout: 20_000 }, async () => {
  const [help, version] = await Promise.all([run(['--help']).ended, run(['--version']).ended]);
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toContain('--max-reservations N');
  expect(version).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  });
});
