import type { CallBodyOf } from '#lib/protocol/call-frame.ts';
import type { PathState } from '#lib/ports/media.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import type { AcceptedCall, Repair } from './call-state.ts';
import { described, renegotiating } from './negotiation.ts';
import { rewrite, speaks } from './reliable.ts';
import type { Link } from './reliable.ts';
import {
  RESTART_FIRST_MS,
  RESTART_GLARE_MS,
  RESTART_GROWTH,
  RESTART_IMPOLITE_MS,
  RESTART_MOST_MS,
  RESTART_POLITE_MS,
  RESTART_STALE_MS,
} from './timing.ts';
import { addCandidates, say, showCandidates } from './turn.ts';
import type { Turn } from './turn.ts';

/**
 * The repair of a broken path by ICE restarts. Both sides try, over any way there is, until the path is connected or
 * the call is over. If both restart at once the impolite side's goes on. Every offer has a round, which its answer
 * repeats: an offer that waited too long is made anew, and the answer to an earlier one does nothing.
 */
export const NO_REPAIR: Repair = {
  step: { is: 'idle' },
  since: 0,
  round: 0,
  tries: 0,
  at: undefined,
};

const isBroken = (path: PathState | 'none'): boolean => path === 'broken' || path === 'failed';

/** What {@link AcceptedCall.repair} is after the path went into a state. */
export function watched(
  repair: Repair,
  path: PathState | 'none',
  polite: boolean,
  now: Milliseconds,
): Repair {
  if (path === 'connected') return { ...repair, tries: 0, at: undefined };
  if (!isBroken(path) || repair.at !== undefined) return repair;
  return { ...repair, at: now + (polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS) };
}

/** Begins a restart if it is time for one, and there is a way to tell the peer. */
export function repairIfDue(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { at, step } = call.repair;
  if (at === undefined || turn.now < at) return call;
  const busy = step.is === 'making' || step.is === 'answering';
  return busy || !speaks(call.link) ? later(turn, call) : restart(turn, call);
}

/** An ICE restart, whatever state the path is in. */
export function restart(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { step } = call.repair;
  if (step.is === 'making' || step.is === 'answering') return call;
  turn.effects.push({ do: 'make-restart' });
  const repair = { ...call.repair, tries: call.repair.tries + 1 };
  const link = withdrawn(call.link);
  return stepped(turn, { ...call, link, repair }, { is: 'making' });
}

/** There is a way to the peer again, or another network: a path that is broken need not wait any longer. */
export function repairSoon(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { at, step, since } = call.repair;
  if (at === undefined) return call;
  // What the peer has already is being answered. What it has not may be from the network of before.
  const unseen = call.link.waiting.some(({ body }) => body.type === 'restart');
  const fresh = turn.now - since < RESTART_STALE_MS || (step.is === 'offered' && !unseen);
  return fresh ? call : repairIfDue(turn, { ...call, repair: { ...call.repair, at: turn.now } });
}

export function onRestartMade(turn: Turn, call: AcceptedCall, offer: string): AcceptedCall {
  if (call.repair.step.is !== 'making') return call;
  const round = call.repair.round + 1;
  const offered = stepped(turn, { ...call, repair: { ...call.repair, round } }, { is: 'offered' });
  return showCandidates(turn, say(turn, offered, { type: 'restart', offer, round }));
}

/** The peer restarts. */
export function onRestart(
  turn: Turn,
  call: AcceptedCall,
  { offer, round }: CallBodyOf<'restart'>,
): AcceptedCall {
  const { step, since } = call.repair;
  const ours =
    step.is === 'making' || (step.is === 'offered' && turn.now - since < RESTART_GLARE_MS);
  if (ours && !call.polite) return call;
  turn.effects.push({ do: 'make-answer', offer, ...(round !== undefined && { round }) });
  const given = { ...call, link: withdrawn(call.link), media: renegotiating(call.media) };
  return stepped(turn, given, { is: 'answering', round });
}

export function onRestartAnswerMade(
  turn: Turn,
  call: AcceptedCall,
  answer: string,
  round: number | undefined,
): AcceptedCall {
  const { step } = call.repair;
  // Of two restarts of the peer the later one is answered.
  if (step.is !== 'answering' || step.round !== round) return call;
  const idle = stepped(turn, call, { is: 'idle' });
  const answered = { type: 'answer', answer, ...(round !== undefined && { round }) } as const;
  const told = say(turn, idle, answered);
  const [media, add] = described(told.media);
  addCandidates(turn, add);
  return showCandidates(turn, { ...told, media });
}

/** The peer answers our restart. */
export function onRestartAnswer(
  turn: Turn,
  call: AcceptedCall,
  { answer, round }: CallBodyOf<'answer'>,
): AcceptedCall {
  const { step } = call.repair;
  if (step.is !== 'offered' || (round ?? call.repair.round) !== call.repair.round) return call;
  turn.effects.push({ do: 'take-answer', answer });
  return stepped(turn, { ...call, media: renegotiating(call.media) }, { is: 'idle' });
}

/** It is tried again while the path is broken. What gave way to the peer's restart may fail without ending that. */
export function onRestartFailed(
  turn: Turn,
  call: AcceptedCall,
  at: 'offer' | 'answer' | 'take-answer' | 'restart',
): AcceptedCall {
  const { step } = call.repair;
  const failed =
    (at === 'restart' && step.is === 'making') || (at === 'answer' && step.is === 'answering');
  if (!failed) return call;
  return showCandidates(turn, stepped(turn, call, { is: 'idle' }));
}

/** Whether our candidates belong to a description that the peer does not have yet. */
export const isDescribing = ({ repair: { step } }: AcceptedCall): boolean =>
  step.is === 'making' || step.is === 'answering';

const stepped = (turn: Turn, call: AcceptedCall, step: Repair['step']): AcceptedCall =>
  later(turn, { ...call, repair: { ...call.repair, step, since: turn.now } });

/** The next restart, if the path stays broken after this one. */
function later(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { repair, polite } = call;
  if (repair.at === undefined) return call;
  const tries = Math.max(1, repair.tries);
  const wait = Math.min(RESTART_FIRST_MS * RESTART_GROWTH ** (tries - 1), RESTART_MOST_MS);
  const at = turn.now + wait + (polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS);
  return { ...call, repair: { ...repair, at } };
}

/** An offer that goes no further, and its candidates, keep their numbers and say nothing any more. */
const withdrawn = (link: Link): Link =>
  rewrite(link, (body) =>
    body.type === 'restart' || body.type === 'candidate' ? { type: 'heartbeat' } : body,
  );
