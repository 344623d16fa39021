import type { RelayProblem } from '#lib/domain/reasons.ts';
import { m } from '#lib/messages/messages.js';
import { getLocale } from '#lib/messages/runtime.js';
import type { RelayView } from '#lib/state/views.ts';
import { relayName } from './people.ts';
import { millisecondsText } from './time.ts';

const RELAY_STATE_WORDS: Record<RelayView['state'], () => string> = {
  connecting: m.relay_connecting,
  reachable: m.relay_reachable,
  refused: m.relay_refused,
  unreachable: m.relay_unreachable,
  spare: m.relay_spare,
};

const RELAY_ORIGIN_WORDS: Record<RelayView['origin'], () => string> = {
  page: m.relay_origin_page,
  invite: m.relay_origin_invite,
  own: m.relay_origin_own,
  directory: m.relay_origin_directory,
};

/** Why a relay was not added, and what to do. */
export const RELAY_PROBLEM_WORDS: Record<RelayProblem, () => string> = {
  empty: m.relay_problem_empty,
  'not-an-address': m.relay_problem_not_an_address,
  'no-answer': m.relay_problem_no_answer,
  'not-a-relay': m.relay_problem_not_a_relay,
  'already-there': m.relay_problem_already_there,
  'too-many': m.relay_problem_too_many,
};

/** What a relay is called: who runs it, else where it is. */
export const relayTitle = ({ operator, address }: RelayView): string =>
  operator || relayName(address);

/** How a relay is doing, as far as that is known: `Reachable`, `48 ms`, `12% full`. */
export function relayFigures(relay: RelayView): readonly string[] {
  const { state, roundTripMs, load } = relay;
  return [
    RELAY_STATE_WORDS[state](),
    ...(roundTripMs === undefined ? [] : [millisecondsText(roundTripMs)]),
    ...(load === undefined ? [] : [m.relay_load({ share: shareText(load) })]),
  ];
}

/** What a relay is: how it came here, and whether it carries calls. */
export function relayNature({ origin, turn }: RelayView): readonly string[] {
  const words = turn ? m.relay_with_turn() : m.relay_without_turn();
  return [RELAY_ORIGIN_WORDS[origin](), ...(turn === undefined ? [] : [words])];
}

const shareText = (share: number): string =>
  Math.min(1, Math.max(0, share)).toLocaleString(getLocale(), {
    style: 'percent',
    maximumFractionDigits: 0,
  });
