import { parseArgs } from 'node:util';
import { Person } from '../../e2e/person.ts';
import { startRelay } from '../../e2e/relay.ts';
import { ensureApp } from '../../scripts/app-build.ts';
import { lines } from '../lines.ts';
import { bareCall } from './bare-call.ts';
import { ownBrowser, percentOfCore } from './browser.ts';
import { knowsProcessors } from './processor.ts';
import { visit } from './visit.ts';
import type { Visit } from './visit.ts';

/**
 * `npm run bench:page [-- --runs N --seconds N]`: what the page takes to open on a slow wire, and what it costs to leave
 * open and to talk, beside an empty page and a bare RTCPeerConnection in the same run. It measures and does not judge a
 * change: a goal that is missed is said.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
  },
});
const [runs, seconds] = [Number(values.runs), Number(values.seconds)];

/** Slow 4G, as the browsers' own tools have it. */
const PACE = { bitsPerSecond: 1_600_000, roundTripMs: 150 };
const KIB = 1024;
/** What a call that has just begun has to settle first, s. */
const SETTLE_SECONDS = 45;
/** A browser that has just started, the empty one too, is busy with itself for longer. */
const START_SECONDS = 75;
/** The connection to somebody who was called stays for their next call, and then ends, s. */
const PARTING_SECONDS = 150;

const VISIT_ROWS: readonly (readonly [
  words: string,
  goal: number,
  of: (one: Visit) => number,
  digits: number,
])[] = [
  ['requests until Welcome', 20, ({ requests }) => requests, 0],
  ['KiB on the wire until Welcome', 170, ({ bytes }) => bytes / KIB, 1],
  ['requests with the worker', 60, ({ allRequests }) => allRequests, 0],
  ['KiB on the wire with the worker', 430, ({ allBytes }) => allBytes / KIB, 1],
  ['layout shift', 0.02, ({ shift }) => shift, 4],
  ['largest paint, ms', 2500, ({ largestPaintMs }) => largestPaintMs, 0],
  ['until Welcome, ms', 2500, ({ welcomeMs }) => welcomeMs, 0],
];

await ensureApp(() => process.stderr.write('Building the app…\n'));
const relay = await startRelay();
try {
  process.stdout.write(`${await opening()}\n`);
  if (knowsProcessors) process.stdout.write(`\n${await staying()}\n`);
  else process.stdout.write('skipped: only Linux says what a process costs\n');
} finally {
  await relay.dispose();
}

async function opening(): Promise<string> {
  const visits: Visit[] = [];
  for (let run = 1; run <= runs; run++) {
    process.stderr.write(`first visit ${run} of ${runs}…\n`);
    visits.push(await visit(relay.url, PACE));
  }
  return lines([
    [`a first visit, 1.6 Mbit/s, 150 ms, median of ${runs}`, 'measured', 'goal', 'ratio', ''],
    ...VISIT_ROWS.map(([words, goal, of, digits]) =>
      judged(words, median(visits.map(of)), goal, digits),
    ),
  ]);
}

async function staying(): Promise<string> {
  const browsers = await Promise.all([
    ownBrowser('about:blank'),
    ownBrowser(relay.url),
    ownBrowser(relay.url),
    ownBrowser(`${relay.url}/healthz`),
    ownBrowser(`${relay.url}/healthz`),
  ]);
  const [empty, ours, other, bare, otherBare] = browsers;
  const [alice, bob] = [new Person('Alice', ours.page), new Person('Bob', other.page)];
  try {
    for (const one of [alice, bob]) {
      await one.start();
      await one.reachable();
    }
    await alice.befriend(bob);
    process.stderr.write('idle…\n');
    await percentOfCore([], START_SECONDS);
    const [idle = NaN, nothing = NaN] = await percentOfCore([ours, empty], 2 * seconds);

    await alice.call(bob);
    await bob.accept();
    await Promise.all([alice.sees('Connected'), bareCall(bare.page, otherBare.page)]);
    process.stderr.write('in a call…\n');
    await percentOfCore([], SETTLE_SECONDS);
    const talking = await percentOfCore([ours, other, bare, otherBare], seconds);
    const [a = NaN, b = NaN, c = NaN, d = NaN] = talking;
    await alice.hangUp();
    await percentOfCore([], PARTING_SECONDS);
    const [after = NaN] = await percentOfCore([ours], 2 * seconds);
    return lines([
      ['% of a core', 'measured', 'goal', 'ratio', ''],
      ['an empty page', nothing.toFixed(2), '', '', ''],
      judged('reachable, nothing going on', idle, 0.5 + nothing, 2),
      judged('the same after a call', after, 0.5 + nothing, 2),
      ['a bare call, mean of both sides', ((c + d) / 2).toFixed(1), '', '', ''],
      judged('a call, times a bare one', (a + b) / (c + d), 1.4, 2),
    ]);
  } finally {
    await Promise.all(browsers.map((one) => one.close()));
  }
}

function judged(words: string, value: number, goal: number, digits: number): readonly string[] {
  const verdict = value <= goal ? 'held' : 'MISSED';
  return [
    words,
    value.toFixed(digits),
    goal.toFixed(digits),
    `${(value / goal).toFixed(2)}×`,
    verdict,
  ];
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1] ?? NaN;
}
