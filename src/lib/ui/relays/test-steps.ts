import { m } from '#lib/messages/messages.js';
import type { CheckState, RelayTest } from '#lib/state/views.ts';
import { millisecondsText } from '#lib/ui/words/time.ts';

/** One line of a test as it is shown. */
export interface TestStep {
  readonly title: string;
  readonly state: CheckState;
  readonly text: string;
}

const TURN_STEPS = {
  none: ['skipped', m.relay_step_not_offered],
  works: ['good', m.relay_step_answers],
  silent: ['bad', m.relay_step_silent],
} as const;

/** The steps of a test in order: all of them from the start, with what is known of each. */
export function testSteps(found: RelayTest | undefined, running: boolean): readonly TestStep[] {
  const waiting: Told = running
    ? ['running', m.relay_test_running()]
    : ['skipped', m.relay_step_not_tested()];
  const told = (known: Told | undefined): Told => known ?? waiting;
  return [
    line(m.relay_step_reached(), told(found && reachedStep(found.reached))),
    line(m.relay_step_round_trip(), told(timed(found?.roundTripMs))),
    line(m.relay_step_lookup(), told(lookupStep(found?.lookup))),
    line(m.relay_step_turn(), told(turnStep(found?.turn))),
  ];
}

/** What the steps come to. */
export function testVerdict({ reached, lookup, turn }: RelayTest): string {
  if (typeof reached === 'string') return m.relay_test_bad();
  return lookup === false || turn === 'silent' ? m.relay_test_part() : m.relay_test_good();
}

type Told = readonly [CheckState, string];

const line = (title: string, [state, text]: Told): TestStep => ({ title, state, text });

const timed = (ms: number | undefined): Told | undefined =>
  ms === undefined ? undefined : ['good', millisecondsText(ms)];

function reachedStep(reached: RelayTest['reached']): Told {
  if (reached === 'unreachable') return ['bad', m.relay_step_unreachable()];
  if (reached === 'refused') return ['bad', m.relay_step_refused()];
  return ['good', millisecondsText(reached.tookMs)];
}

function lookupStep(answered: boolean | undefined): Told | undefined {
  if (answered === undefined) return undefined;
  return answered ? ['good', m.relay_step_answers()] : ['bad', m.relay_step_silent()];
}

function turnStep(turn: RelayTest['turn']): Told | undefined {
  if (turn === undefined) return undefined;
  const [state, words] = TURN_STEPS[turn];
  return [state, words()];
}
