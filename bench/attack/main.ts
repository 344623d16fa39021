import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startRelay } from '../../e2e/relay.ts';
import { ensureApp } from '../../scripts/app-build.ts';
import { lines } from '../lines.ts';
import { answerTimes } from './answers.ts';
import { ATTACKS } from './attacks.ts';
import { figuresOf, grown } from './figures.ts';
import { gather } from './rings.ts';

/**
 * `npm run bench:attack [-- --calls N --requests N --only ATTACK]`: how soon somebody's phone rings and a page is
 * answered while a relay, or whoever is called through it, is attacked, beside the same in peace. The relay, each
 * attacker and the people in their browsers are processes of their own.
 *
 * All of them come from this machine, so that the relay counts nothing by address (`--exempt-loopback`): what it does
 * against an attacker here is by peer, and new keys cost nothing. From elsewhere an address has limits as well, so that
 * this is the harder case. So is the attackers' share of the processors, which they take from those they attack.
 */

/** The promises, medians: until it rings, and until a page has come, ms. */
const RING_MAX_MS = 1_000;
const ANSWER_MAX_MS = 1_000;
/** Until an attack is under way, ms: a process starts, and finds whom it attacks. */
const BEGIN_MS = 5_000;
const PEACE = 'none';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20' },
    only: { type: 'string' },
  },
});
const [calls, requests] = [Number(values.calls), Number(values.requests)];
const attacks = values.only === undefined ? [...ATTACKS.keys()] : [values.only];
if (!(calls > 0 && requests > 0) || !attacks.every((name) => ATTACKS.has(name))) {
  process.stderr.write('--calls and --requests must be numbers above 0, --only one of\n');
  process.stderr.write(`${[...ATTACKS.keys()].join(', ')}\n`);
  process.exit(2);
}

interface Row {
  readonly attack: string;
  readonly rings: readonly number[];
  readonly answers: readonly number[];
  /** What became of the attacker. */
  readonly met: string;
}

const sorted = (all: readonly number[]): readonly number[] => all.toSorted((a, b) => a - b);
const median = (all: readonly number[]): number => sorted(all)[all.length >> 1] ?? NaN;
const worst = (all: readonly number[]): number => sorted(all).at(-1) ?? NaN;
const ms = (figure: number): string => (figure === Infinity ? 'never' : figure.toFixed(0));

await ensureApp(() => process.stderr.write('Building the app…\n'));
const relay = await startRelay(['--exempt-loopback', 'true', '--log-level', 'error']);
const attackers: ChildProcess[] = [];
try {
  const people = await gather(relay.url, calls);
  try {
    const figures = async () => figuresOf(await (await fetch(`${relay.url}/metrics`)).text());
    const rows: Row[] = [];
    for (const attack of [PEACE, ...attacks]) {
      await people.renew();
      process.stderr.write(`attack: ${attack}…\n`);
      const before = await figures();
      const attacker = attack === PEACE ? undefined : await begin(attack, people.key);
      const answers = await answerTimes(relay.url, requests);
      const rings = await people.ringTimes();
      const cuts = attacker?.end() ?? 0;
      const met = [...(cuts > 0 ? [`cut ${cuts} times`] : []), grown(before, await figures())];
      rows.push({ attack, rings, answers, met: met.filter(Boolean).join('; ') });
    }
    process.stdout.write(`${shown(rows)}\n`);
    process.exitCode = rows.map(isHeld).every(Boolean) ? 0 : 1;
  } finally {
    await people.close();
  }
} finally {
  for (const attacker of attackers) attacker.kill('SIGKILL');
  await relay.dispose();
}

/** Begins an attack. `end` ends it, and tells how often it has lost a connection. */
async function begin(attack: string, key: string): Promise<{ end(): number }> {
  const file = join(import.meta.dirname, 'attacker.ts');
  const attacker = fork(file, [attack, await relay.address(), key], { execArgv: [] });
  attackers.push(attacker);
  let cuts = 0;
  attacker.on('message', () => (cuts += 1));
  await wait(BEGIN_MS);
  return {
    end() {
      if (attacker.exitCode !== null) throw new Error(`${attack} ended before it was to`);
      attacker.kill('SIGKILL');
      return cuts;
    },
  };
}

function shown(rows: readonly Row[]): string {
  const head = ['attack', 'ring median ms', 'worst', '`/` median ms', 'worst', 'what was done'];
  const cells = rows.map(({ attack, rings, answers, met }) => {
    const times = [median(rings), worst(rings), median(answers), worst(answers)].map(ms);
    return [attack, ...times, met];
  });
  return lines([head, ...cells]);
}

function isHeld({ attack, rings, answers }: Row): boolean {
  const promise = (what: string, figure: number, limit: number): boolean => {
    const verdict = figure <= limit ? 'held' : 'BROKEN';
    const condition = attack === PEACE ? 'in peace' : `under ${attack}`;
    process.stdout.write(`${what} ${condition} at most ${limit} ms: ${ms(figure)}, ${verdict}\n`);
    return figure <= limit;
  };
  const [ring, answer] = [median(rings), median(answers)];
  return [promise('Ring', ring, RING_MAX_MS), promise('`/`', answer, ANSWER_MAX_MS)].every(Boolean);
}
