import { parseArgs } from 'node:util';
import type { Browser, Page } from '@playwright/test';
import { listen } from '../../e2e/ear.ts';
import { launchOn } from '../../e2e/network/browser.ts';
import { NOBODY, SERVERS } from '../../e2e/network/lab/addresses.ts';
import { Lab } from '../../e2e/network/lab/lab.ts';
import { startPublicRelay } from '../../e2e/network/public-relay.ts';
import type { Contender, Ends } from './contender.ts';
import { foreignContenders } from './contenders/foreign.ts';
import { woxly } from './contenders/woxly.ts';
import { goals, REFERENCE } from './goals.ts';
import { measure } from './measure.ts';
import type { Measured, Temperature } from './measure.ts';
import { keepTime } from './page-clock.ts';
import { startSignalling } from './signalling.ts';
import { table } from './table.ts';
import type { Row } from './table.ts';

/**
 * The bench of calls, inside a laboratory (`main.ts` brings it there): two people behind home routers, one browser
 * each, one contender after the other. R is the round trip of each to the public servers; between them it is 2 R.
 * All open the microphone when Call is pressed and when Accept is, as the others' own examples do, and close it with
 * the call. With `--open-microphones` the pages of the others hold it open from their loading on: a head start that
 * WOXLY never takes.
 *
 * This measures and does not judge a change: a goal that is missed is said, and only a contender that could not call
 * makes the run fail.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    'round-trips': { type: 'string', default: '5,50,150' },
    'open-microphones': { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const openMicrophones = values['open-microphones'];
const mode = openMicrophones ? "others' microphones open before" : 'microphones open at press';
const roundTrips = values['round-trips'].split(',').map(Number);

interface Condition {
  readonly title: string;
  readonly roundTripMs: number;
  readonly dead: boolean;
}
const CONDITIONS: readonly Condition[] = [
  ...roundTrips.map((r) => ({ title: `R = ${r} ms`, roundTripMs: r, dead: false })),
  { title: 'R = 50 ms, a dead STUN server', roundTripMs: 50, dead: true },
];
type Calls = Readonly<Record<Temperature, readonly Measured[]>>;

const lab = new Lab();
const [alice, bob] = await Promise.all([lab.machine('alice'), lab.machine('bob')]);
const browsers = await Promise.all([launchOn(alice, 'steady'), launchOn(bob, 'steady')]);
const relay = await startPublicRelay(0, [], []);
const signalling = await startSignalling(SERVERS[1]);
/** The same STUN server for all: that of the relay. */
const stun = `stun:${SERVERS[0]}:3478`;

function contenders(dead: boolean): readonly Contender[] {
  const more = dead ? [`stun:${NOBODY}:3478`] : [];
  return [
    ...foreignContenders(signalling, [stun, ...more], openMicrophones),
    woxly(relay.url, 'contact', more),
    woxly(relay.url, 'stranger', more),
  ].filter(({ name }) => name.includes(values.only));
}

async function page(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', permissions: ['microphone'] });
  await context.addInitScript(listen);
  await context.addInitScript(keepTime);
  return context.newPage();
}

async function calls(contender: Contender): Promise<Calls | undefined> {
  const ends: Ends = { caller: await page(browsers[0]), callee: await page(browsers[1]) };
  try {
    return await measure(contender, ends, runs);
  } catch (error) {
    process.stderr.write(`${contender.name}: ${String(error)}\n`);
    process.exitCode = 1;
    return undefined;
  } finally {
    await Promise.all([ends.caller.context().close(), ends.callee.context().close()]);
  }
}

for (const { title, roundTripMs, dead } of CONDITIONS) {
  await Promise.all([alice, bob].map((machine) => machine.reshape({ roundTripMs })));
  const results: (readonly [string, Calls | undefined])[] = [];
  for (const contender of contenders(dead)) {
    process.stderr.write(`${title}: ${contender.name}…\n`);
    results.push([contender.name, await calls(contender)]);
  }
  for (const temperature of ['cold', 'warm'] as const) {
    const rows: Row[] = results.map(([name, both]) => ({ name, calls: both?.[temperature] }));
    const what = `${title}, ${temperature}`;
    process.stdout.write(`\n${table(`${what}, ${mode}`, rows, REFERENCE)}\n`);
    if (!dead && !values.only) process.stdout.write(`${goals(what, rows, roundTripMs)}\n`);
  }
}

await Promise.all(browsers.map((browser) => browser.close()));
await relay.dispose();
await lab.close();
process.exit();
