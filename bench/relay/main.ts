import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureIdle } from './measure-idle.ts';
import type { Idle } from './measure-idle.ts';
import { measureReturn } from './measure-return.ts';
import { endProcesses } from './processes.ts';
import { table } from './table.ts';

/**
 * What clients that are there and do nothing cost a relay, beside a plain `ws` server in the same run, and how soon all
 * are back when it restarts: `npm run bench:relay [-- --peers N,N,… --seconds N --only idle|return]`. Servers and
 * clients are processes of their own.
 */

/** The promises, with a thousand clients: what one may cost, KiB, how late the loop may be, and how soon all are back. */
const HEAP_MAX_KIB = 60;
const RESIDENT_MAX_KIB = 140;
const DELAY_P99_MAX_MS = 100;
const RETURN_MAX_S = 60;

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '100,500,1000' },
    seconds: { type: 'string', default: '20' },
    only: { type: 'string' },
  },
});
const counts = values.peers.split(',').map(Number);
const seconds = Number(values.seconds);
if (!counts.every((count, at) => count > (counts[at - 1] ?? 0)) || !(seconds > 0)) {
  process.stderr.write('--peers must be rising numbers above 0, --seconds a number above 0\n');
  process.exit(2);
}
const most = counts.at(-1) ?? 0;
const folder = await mkdtemp(join(tmpdir(), 'woxly-bench-'));
const relay = {
  file: join(import.meta.dirname, '../../relay/src/main.ts'),
  args: [
    ...['--data', folder, '--app', join(folder, 'none'), '--log-level', 'error', '--turn', 'false'],
    ...['--exempt-loopback', 'true', '--no-webrtc-direct'],
    ...['--max-connections', String(most + 10), '--max-reservations', String(most + 10)],
  ],
  ready: /^(\/ip4\/\S+\/ws\/p2p\/\S+)$/m,
};
const plain = {
  file: join(import.meta.dirname, 'ws-server.ts'),
  args: [],
  ready: /^ready (\S+)$/m,
};

const held: boolean[] = [];
const promise = (what: string, figure: number, limit: number, unit: string): void => {
  held.push(figure <= limit);
  const verdict = figure <= limit ? 'held' : 'BROKEN';
  process.stdout.write(`${what} at most ${limit} ${unit}: ${figure.toFixed(1)}, ${verdict}\n`);
};
const ratio = (one: number, other: number): string =>
  other > 0 ? `${(one / other).toFixed(1)}×` : '–';

function show(ofRelay: readonly Idle[], ofPlain: readonly Idle[]): void {
  const rows = ofRelay.map((woxly, at) => {
    const ws = ofPlain[at] ?? woxly;
    const pair = (key: 'heapKib' | 'residentKib'): string[] => [
      woxly[key].toFixed(1),
      ws[key].toFixed(1),
      ratio(woxly[key], ws[key]),
    ];
    return [
      String(woxly.clients),
      ...pair('heapKib'),
      ...pair('residentKib'),
      woxly.delayP99.toFixed(1),
      ws.delayP99.toFixed(1),
    ];
  });
  const head = ['clients', 'heap KiB each', 'ws', 'ratio', 'RSS KiB each', 'ws', 'ratio'];
  process.stdout.write(`${table([[...head, 'loop p99 ms', 'ws'], ...rows])}\n`);
}

try {
  if (values.only !== 'return') {
    const ofRelay = await measureIdle(
      'WOXLY relay',
      { ...relay, args: ['--port', '0', ...relay.args] },
      counts,
      seconds,
    );
    const ofPlain = await measureIdle('plain ws server', plain, counts, seconds);
    show(ofRelay, ofPlain);
    const last = ofRelay.at(-1);
    if (last !== undefined) {
      promise('Heap and external of one client', last.heapKib, HEAP_MAX_KIB, 'KiB');
      promise('RSS of one client', last.residentKib, RESIDENT_MAX_KIB, 'KiB');
      promise('Delay of the event loop, p99,', last.delayP99, DELAY_P99_MAX_MS, 'ms');
    }
  }
  if (values.only !== 'idle') {
    const returned = await measureReturn(relay, most);
    const rows = returned.shares.map(({ share, seconds: took }) => [
      `${share * 100} % of ${most} back after a restart`,
      `${took.toFixed(1)} s`,
    ]);
    process.stdout.write(
      `${table([['after', 'time'], ...rows, ['longest answer of /healthz', `${returned.healthMs.toFixed(0)} ms`]])}\n`,
    );
    promise('All are back', returned.shares.at(-1)?.seconds ?? Infinity, RETURN_MAX_S, 's');
  }
  process.exitCode = held.every(Boolean) ? 0 : 1;
} finally {
  endProcesses();
  await rm(folder, { recursive: true, force: true });
}
