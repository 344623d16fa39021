import { GATES, STAGES } from './gates.ts';
import type { Gate, Lane } from './gates.ts';
import { oneCheck, required, skippedLine, totalsLine } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/**
 * The one gate of the project. Without arguments it runs every gate; with names of gates, those and what they need. With
 * `--full` also what repeats for statistics (`full-run.ts`). `WOXLY_REQUIRE=GATE,GATE` names gates that must not be
 * skipped for what the machine lacks. Every gate runs, whatever became of the others, unless
 * something it needs has failed. The last line is `N passed, N failed`; the one before it says what was skipped, if
 * anything was.
 */
const asked = process.argv.slice(2).filter((one) => one !== '--full');
// The test runners are processes of their own, which inherit it.
if (process.argv.includes('--full')) process.env['WOXLY_FULL'] = '1';
const musts = (process.env['WOXLY_REQUIRE'] ?? '').split(',').filter((name) => name !== '');
const unknown = [...asked, ...musts].filter((name) => !GATES.some((gate) => gate.name === name));
if (unknown.length > 0) {
  const names = GATES.map((gate) => gate.name).join(', ');
  process.stderr.write(`No such gate: ${unknown.join(', ')}. There are: ${names}.\n`);
  process.exit(2);
}

const wanted = chosen(asked);
const outcomes = new Map<string, Outcome>();
/** Of gates that another lane may wait for. */
const settled = new Map(wanted.map((gate) => [gate.name, Promise.withResolvers<Outcome>()]));
for (const stage of STAGES) await Promise.all(stage.map(runLane));

const failures = [...outcomes].filter(([, { failed }]) => failed > 0).map(([name]) => name);
const skipped = skippedLine(outcomes);
const holds = skipped === undefined ? 'Every gate holds.' : 'Every gate that could run holds.';
print(`\n${failures.length === 0 ? holds : `Failed: ${failures.join(', ')}.`}`);
for (const [name, { failures = [] }] of outcomes) {
  for (const test of failures) print(`  ${name}: ${test}`);
}
if (skipped !== undefined) print(skipped);
print(totalsLine([...outcomes.values()]));
process.exitCode = failures.length === 0 ? 0 : 1;

function chosen(names: readonly string[]): readonly Gate[] {
  if (names.length === 0) return GATES;
  const wanted = new Set(names);
  // From the back: what a gate needs stands before it.
  for (const { name, needs } of GATES.toReversed()) {
    if (wanted.has(name)) needs.forEach((need) => wanted.add(need));
  }
  return GATES.filter(({ name }) => wanted.has(name));
}

async function runLane(lane: Lane): Promise<void> {
  for (const gate of lane) {
    if (!wanted.includes(gate)) continue;
    for (const need of gate.needs) await settled.get(need)?.promise;
    const started = performance.now();
    const outcome = await outcomeOf(gate);
    outcomes.set(gate.name, outcome);
    settled.get(gate.name)?.resolve(outcome);
    report(gate, outcome, (performance.now() - started) / 1000);
  }
}

async function outcomeOf(gate: Gate): Promise<Outcome> {
  const missing = gate.needs.filter((need) => outcomes.get(need)?.failed !== 0);
  if (missing.length > 0) return oneCheck(false, `Not run: ${missing.join(', ')} failed.\n`);
  try {
    const outcome = await gate.check();
    return musts.includes(gate.name) ? required(outcome) : outcome;
  } catch (error) {
    return oneCheck(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function report(
  { name }: Gate,
  { passed, failed, skipped, output, note }: Outcome,
  seconds: number,
) {
  const label = failed > 0 ? 'FAIL' : passed > 0 ? 'ok' : 'skip';
  const counts = passed + failed + skipped > 1 ? totalsLine([{ passed, failed }]) : '';
  const left = passed > 0 && skipped > 0 ? `${skipped} skipped` : '';
  const told = failed > 0 ? '' : (note ?? '');
  const words = [counts, left, told].filter((part) => part !== '').join('; ');
  print(
    `${label.padEnd(5)}${name.padEnd(10)}${`${seconds.toFixed(1)} s`.padStart(8)}  ${words}`.trimEnd(),
  );
  if (failed > 0) print(`\n${output.trim()}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
