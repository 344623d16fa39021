import type { CallBodyOf } from '#lib/protocol/call-frame.ts';
import type { PathState } from '#lib/ports/media.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import type { AcceptedCall, Repair } from './state.ts';
import { described, ignoring, renegotiating } from './descriptions.ts';
import { rewrite, speaks } from './link.ts';
import type { Link } from './link.ts';
import {
  MOVED_MS,
  RESTART_FIRST_MS,
  RESTART_GLARE_MS,
  RESTART_GROWTH,
  RESTART_IMPOLITE_MS,
  RESTART_MOST_MS,
  RESTART_POLITE_MS,
  RESTART_STALE_MS,
} from './timing.ts';
import { addCandidates, say, showCandidates } from './step.ts';
import type { Turn } from './step.ts';

/**
 * The repair of a broken path by ICE restarts, over any way there is, until the path is connected or the call is over.
 *
 * A side whose network changed offers at once. Otherwise an offer waits until the peer is heard, by whatever way: over a
 * link that is only silent the old candidates are as good as new, and with an offer out they could not be used again.
 * Then the impolite side offers; the polite one does so if it is offered nothing, as the peer may not know that the path
 * is broken. If both restart at once the impolite side's goes on.
 *
 * An offer stays the same until it is answered: one that has not arrived is sent again over every new way, and its
 * candidates are as good as new, unless our own network has changed. One that has arrived is being answered. Every
 * offer has a round, which its answer repeats, so that the answer to an earlier one does nothing.
 */
export const NO_REPAIR: Repair = {
  step: { is: 'idle' },
  since: 0,
  round: 0,
  tries: 0,
  broken: 0,
  moved: -Infinity,
  at: undefined,
};

const isBroken = (path: PathState | 'none'): boolean => path === 'broken' || path === 'failed';

/** What {@link AcceptedCall.repair} is after the path went into a state. */
export function watched(repair: Repair, path: PathState | 'none', now: Milliseconds): Repair {
  if (path === 'connected') return { ...repair, tries: 0, at: undefined };
  return !isBroken(path) || repair.at !== undefined ? repair : { ...repair, broken: now, at: now };
}

/** Begins a restart if it is time for one, and there is a way to tell the peer. */
export function repairIfDue(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { at } = call.repair;
  if (at === undefined || turn.now < at) return call;
  if (isUnderWay(turn, call) || !speaks(call.link)) return later(turn, call);
  // Else the first frame of the peer makes it due.
  return hasMoved(call) || isHeard(call) ? restart(turn, call) : postponed(call, Infinity);
}

/** Whether our own network is another than that of the broken path. */
export const hasMoved = ({ repair: { moved, broken } }: AcceptedCall): boolean =>
  moved >= broken - MOVED_MS;

/** Whether the peer was heard since the path broke. */
export const isHeard = ({ link, repair }: AcceptedCall): boolean => link.heardAt >= repair.broken;

/** Whether a restart goes on that may still succeed. */
function isUnderWay(turn: Turn, { repair: { step, since } }: AcceptedCall): boolean {
  switch (step.is) {
    case 'idle':
      return false;
    case 'making':
    case 'answering':
      return true;
    case 'offered':
      return !step.seen || turn.now - since < RESTART_GLARE_MS;
  }
}

/** An ICE restart, whatever state the path is in. */
export function restart(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { step } = call.repair;
  if (step.is === 'making' || step.is === 'answering') return call;
  turn.effects.push({ do: 'make-restart', gathered: isFine(call) });
  const repair = { ...call.repair, tries: call.repair.tries + 1 };
  const link = withdrawn(call.link);
  return stepped(turn, { ...call, link, repair }, { is: 'making' });
}

/** The call goes on meanwhile: there is time to gather all candidates before the peer hears of any. */
const isFine = ({ media }: AcceptedCall): boolean => media.path === 'connected';

/** Chooses among the candidates once more, as the path goes through a server without need. Both sides see that. */
export function straighten(turn: Turn, call: AcceptedCall): AcceptedCall {
  return call.polite || !isFine(call) || call.repair.step.is !== 'idle'
    ? call
    : restart(turn, call);
}

/** There is a way to the peer again: a path that is broken need not wait any longer, if nothing is under way. */
export function repairSoon(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { at, since, broken } = call.repair;
  if (at === undefined || isUnderWay(turn, call)) return call;
  // What was agreed just now, whoever offered it, may still connect.
  const connects = since + RESTART_FIRST_MS;
  if (since >= broken && turn.now < connects) return postponed(call, Math.min(at, connects));
  return sooner(turn, call, at);
}

function sooner(turn: Turn, call: AcceptedCall, at: Milliseconds): AcceptedCall {
  const wait = hasMoved(call) ? 0 : call.polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS;
  return repairIfDue(turn, postponed(call, Math.min(at, turn.now + wait)));
}

/** Our own network has changed: what was not agreed with the peer yet is from the one of before. */
export function repairOnNewNetwork(turn: Turn, before: AcceptedCall): AcceptedCall {
  const call = { ...before, repair: { ...before.repair, moved: turn.now } };
  const { at, step, since } = call.repair;
  const stale = turn.now - since >= RESTART_STALE_MS;
  if (at === undefined) return call;
  if (step.is === 'idle') return sooner(turn, call, at);
  if (step.is !== 'offered') return call;
  return stale && !step.seen && speaks(call.link) ? restart(turn, call) : call;
}

/** The peer has our offer: it is answered, or goes unanswered, from now on. */
export function offerSeen(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { step } = call.repair;
  if (step.is !== 'offered' || step.seen) return call;
  if (call.link.waiting.some(({ body }) => body.type === 'restart')) return call;
  return stepped(turn, call, { is: 'offered', seen: true });
}

export function onRestartMade(turn: Turn, call: AcceptedCall, offer: string): AcceptedCall {
  if (call.repair.step.is !== 'making') return call;
  const round = call.repair.round + 1;
  const offered = stepped(
    turn,
    { ...call, repair: { ...call.repair, round } },
    { is: 'offered', seen: false },
  );
  return showCandidates(turn, say(turn, offered, { type: 'restart', offer, round }));
}

/** The peer restarts. */
export function onRestart(
  turn: Turn,
  call: AcceptedCall,
  { offer, round }: CallBodyOf<'restart'>,
): AcceptedCall {
  const { step } = call.repair;
  const ours = step.is === 'making' || (step.is === 'offered' && isUnderWay(turn, call));
  if (ours && !call.polite) return { ...call, media: ignoring(call.media) };
  const answer = { do: 'make-answer', offer, gathered: isFine(call) } as const;
  turn.effects.push({ ...answer, ...(round !== undefined && { round }) });
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
  return postponed(call, turn.now + wait + (polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS));
}

const postponed = (call: AcceptedCall, at: Milliseconds): AcceptedCall => ({
  ...call,
  repair: { ...call.repair, at },
});

/** An offer that goes no further, and its candidates, keep their numbers and say nothing any more. */
const withdrawn = (link: Link): Link =>
  rewrite(link, (body) =>
    body.type === 'restart' || body.type === 'candidate' ? { type: 'heartbeat' } : body,
  );
