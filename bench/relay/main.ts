import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Measured } from './probe.ts';

/**
 * What idle peers cost a relay, beside a plain `ws` server in the same run: `npm run bench:relay [-- --peers N
 * --seconds N]`. Servers and peers are processes of their own. Memory a peer is the difference between a quarter
 * of the peers and all of them, so that what a server costs by itself does not count.
 */

/** The promise: idle peers leave the event loop's p99 delay below this, ms. */
const DELAY_P99_MAX_MS = 100;
/** Time to finish what connecting began before anything is measured, ms. */
const SETTLE_MS = 3_000;
const KIB = 1024;

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
  },
});
const peers = Number(values.peers);
const seconds = Number(values.seconds);
if (!(Number.isInteger(peers) && peers >= 4 && seconds > 0)) {
  process.stderr.write('--peers must be a whole number from 4, --seconds a number above 0\n');
  process.exit(2);
}

const at = (name: string): string => join(import.meta.dirname, name);
const children: ChildProcess[] = [];

async function ask<Answer>(child: ChildProcess, question: string | number): Promise<Answer> {
  child.send(question);
  const gone = once(child, 'exit').then(() => {
    throw new Error(`${child.spawnfile} ended before it answered`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), gone])) as [Answer];
  return answer;
}

/** Starts a measured server and finds in what it prints where it listens. */
async function startServer(
  file: string,
  args: string[],
  where: RegExp,
): Promise<{ child: ChildProcess; address: string }> {
  const child = fork(file, args, {
    execArgv: ['--expose-gc', '--import', pathToFileURL(at('probe.ts')).href],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  let said = '';
  for await (const text of child.stdout ?? []) {
    said += String(text);
    const address = where.exec(said)?.[1];
    if (address !== undefined) return { child, address };
  }
  throw new Error(`${file} did not start`);
}

interface Row {
  readonly name: string;
  readonly delayP99: number;
  readonly delayMax: number;
  readonly residentKib: number;
  readonly heapKib: number;
}

async function measure(name: string, file: string, args: string[], where: RegExp): Promise<Row> {
  const { child, address } = await startServer(file, args, where);
  const crowd = fork(at('idle-peers.ts'), [address], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(crowd);
  const some = await ask<number>(crowd, Math.ceil(peers / 4));
  await wait(SETTLE_MS);
  const before = await ask<Measured>(child, 'measure');
  const all = await ask<number>(crowd, peers);
  await wait(SETTLE_MS);
  await ask(child, 'reset');
  process.stderr.write(`${name}: ${all} peers idle for ${seconds} s…\n`);
  await wait(seconds * 1000);
  const after = await ask<Measured>(child, 'measure');
  crowd.kill();
  child.kill();
  const aPeer = (grown: number): number => grown / KIB / (all - some);
  return {
    name,
    delayP99: after.delayP99,
    delayMax: after.delayMax,
    residentKib: aPeer(after.residentBytes - before.residentBytes),
    heapKib: aPeer(after.heapBytes - before.heapBytes),
  };
}

function table(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...body.map(line),
  ].join('\n');
}

const folder = await mkdtemp(join(tmpdir(), 'woxly-bench-'));
try {
  const relay = await measure(
    'WOXLY relay',
    join(import.meta.dirname, '../../relay/src/main.ts'),
    [
      ...['--port', '0', '--data', folder, '--app', join(folder, 'none'), '--log-level', 'error'],
      ...['--exempt-loopback', 'true', '--no-webrtc-direct'],
      ...['--max-connections', String(peers + 10), '--max-reservations', String(peers + 10)],
    ],
    /^(\/ip4\/\S+\/ws\/p2p\/\S+)$/m,
  );
  const plain = await measure('plain ws server', at('ws-server.ts'), [], /^ready (\S+)$/m);
  const cells = (row: Row): string[] => [
    row.name,
    row.delayP99.toFixed(1),
    row.delayMax.toFixed(1),
    row.residentKib.toFixed(1),
    row.heapKib.toFixed(1),
  ];
  const ratio = (key: 'delayP99' | 'delayMax' | 'residentKib' | 'heapKib'): string =>
    plain[key] > 0 ? `${(relay[key] / plain[key]).toFixed(1)}×` : '–';
  process.stdout.write(
    `${table([
      [
        `${peers} idle peers, ${seconds} s`,
        'loop p99 ms',
        'loop max ms',
        'RSS KiB a peer',
        'heap KiB a peer',
      ],
      cells(relay),
      cells(plain),
      ['ratio', ratio('delayP99'), ratio('delayMax'), ratio('residentKib'), ratio('heapKib')],
    ])}\n`,
  );
  const held = relay.delayP99 < DELAY_P99_MAX_MS;
  process.stdout.write(
    `Event loop p99 below ${DELAY_P99_MAX_MS} ms: ${held ? 'held' : 'BROKEN'}\n`,
  );
  process.exitCode = held ? 0 : 1;
} finally {
  for (const child of children) child.kill();
  await rm(folder, { recursive: true, force: true });
}
