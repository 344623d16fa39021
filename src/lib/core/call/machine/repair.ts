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
import type { Step } from './step.ts';

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
  progress: { is: 'idle' },
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
export function repairIfDue(step: Step, call: AcceptedCall): AcceptedCall {
  const { at } = call.repair;
  if (at === undefined || step.now < at) return call;
  if (isUnderWay(step, call) || !speaks(call.link)) return later(step, call);
  // Else the first frame of the peer makes it due.
  return hasMoved(call) || isHeard(call) ? restart(step, call) : postponed(call, Infinity);
}

/** Whether our own network is another than that of the broken path. */
export const hasMoved = ({ repair: { moved, broken } }: AcceptedCall): boolean =>
  moved >= broken - MOVED_MS;

/** Whether the peer was heard since the path broke. */
export const isHeard = ({ link, repair }: AcceptedCall): boolean => link.heardAt >= repair.broken;

/** Whether a restart goes on that may still succeed. */
function isUnderWay(step: Step, { repair: { progress, since } }: AcceptedCall): boolean {
  switch (progress.is) {
    case 'idle':
      return false;
    case 'making':
    case 'answering':
      return true;
    case 'offered':
      return !progress.seen || step.now - since < RESTART_GLARE_MS;
  }
}

/** An ICE restart, whatever state the path is in. */
export function restart(step: Step, call: AcceptedCall): AcceptedCall {
  const { progress } = call.repair;
  if (progress.is === 'making' || progress.is === 'answering') return call;
  step.effects.push({ do: 'make-restart', gathered: isFine(call) });
  const repair = { ...call.repair, tries: call.repair.tries + 1 };
  const link = withdrawn(call.link);
  return progressed(step, { ...call, link, repair }, { is: 'making' });
}

/** The call goes on meanwhile: there is time to gather all candidates before the peer hears of any. */
const isFine = ({ descriptions }: AcceptedCall): boolean => descriptions.path === 'connected';

/** Chooses among the candidates once more, as the path goes through a server without need. Both sides see that. */
export function straighten(step: Step, call: AcceptedCall): AcceptedCall {
  return call.polite || !isFine(call) || call.repair.progress.is !== 'idle'
    ? call
    : restart(step, call);
}

/** There is a way to the peer again: a path that is broken need not wait any longer, if nothing is under way. */
export function repairSoon(step: Step, call: AcceptedCall): AcceptedCall {
  const { at, since, broken } = call.repair;
  if (at === undefined || isUnderWay(step, call)) return call;
  // What was agreed just now, whoever offered it, may still connect.
  const connects = since + RESTART_FIRST_MS;
  if (since >= broken && step.now < connects) return postponed(call, Math.min(at, connects));
  return sooner(step, call, at);
}

function sooner(step: Step, call: AcceptedCall, at: Milliseconds): AcceptedCall {
  const wait = hasMoved(call) ? 0 : call.polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS;
  return repairIfDue(step, postponed(call, Math.min(at, step.now + wait)));
}

/** Our own network has changed: what was not agreed with the peer yet is from the one of before. */
export function repairOnNewNetwork(step: Step, before: AcceptedCall): AcceptedCall {
  const call = { ...before, repair: { ...before.repair, moved: step.now } };
  const { at, progress, since } = call.repair;
  const stale = step.now - since >= RESTART_STALE_MS;
  if (at === undefined) return call;
  if (progress.is === 'idle') return sooner(step, call, at);
  if (progress.is !== 'offered') return call;
  return stale && !progress.seen && speaks(call.link) ? restart(step, call) : call;
}

/** The peer has our offer: it is answered, or goes unanswered, from now on. */
export function offerSeen(step: Step, call: AcceptedCall): AcceptedCall {
  const { progress } = call.repair;
  if (progress.is !== 'offered' || progress.seen) return call;
  if (call.link.waiting.some(({ body }) => body.type === 'restart')) return call;
  return progressed(step, call, { is: 'offered', seen: true });
}

export function onRestartMade(step: Step, call: AcceptedCall, offer: string): AcceptedCall {
  if (call.repair.progress.is !== 'making') return call;
  const round = call.repair.round + 1;
  const offered = progressed(
    step,
    { ...call, repair: { ...call.repair, round } },
    { is: 'offered', seen: false },
  );
  return showCandidates(step, say(step, offered, { type: 'restart', offer, round }));
}

/** The peer restarts. */
export function onRestart(
  step: Step,
  call: AcceptedCall,
  { offer, round }: CallBodyOf<'restart'>,
): AcceptedCall {
  const { progress } = call.repair;
  const ours = progress.is === 'making' || (progress.is === 'offered' && isUnderWay(step, call));
  if (ours && !call.polite) return { ...call, descriptions: ignoring(call.descriptions) };
  const answer = { do: 'make-answer', offer, gathered: isFine(call) } as const;
  step.effects.push({ ...answer, ...(round !== undefined && { round }) });
  const given = {
    ...call,
    link: withdrawn(call.link),
    descriptions: renegotiating(call.descriptions),
  };
  return progressed(step, given, { is: 'answering', round });
}

export function onRestartAnswerMade(
  step: Step,
  call: AcceptedCall,
  answer: string,
  round: number | undefined,
): AcceptedCall {
  const { progress } = call.repair;
  // Of two restarts of the peer the later one is answered.
  if (progress.is !== 'answering' || progress.round !== round) return call;
  const idle = progressed(step, call, { is: 'idle' });
  const answered = { type: 'answer', answer, ...(round !== undefined && { round }) } as const;
  const told = say(step, idle, answered);
  const [descriptions, add] = described(told.descriptions);
  addCandidates(step, add);
  return showCandidates(step, { ...told, descriptions });
}

/** The peer answers our restart. */
export function onRestartAnswer(
  step: Step,
  call: AcceptedCall,
  { answer, round }: CallBodyOf<'answer'>,
): AcceptedCall {
  const { progress } = call.repair;
  if (progress.is !== 'offered' || (round ?? call.repair.round) !== call.repair.round) return call;
  step.effects.push({ do: 'take-answer', answer });
  return progressed(
    step,
    { ...call, descriptions: renegotiating(call.descriptions) },
    { is: 'idle' },
  );
}

/** It is tried again while the path is broken. What gave way to the peer's restart may fail without ending that. */
export function onRestartFailed(
  step: Step,
  call: AcceptedCall,
  at: 'offer' | 'answer' | 'take-answer' | 'restart',
): AcceptedCall {
  const { progress } = call.repair;
  const failed =
    (at === 'restart' && progress.is === 'making') ||
    (at === 'answer' && progress.is === 'answering');
  if (!failed) return call;
  return showCandidates(step, progressed(step, call, { is: 'idle' }));
}

/** Whether our candidates belong to a description that the peer does not have yet. */
export const isDescribing = ({ repair: { progress } }: AcceptedCall): boolean =>
  progress.is === 'making' || progress.is === 'answering';

const progressed = (step: Step, call: AcceptedCall, progress: Repair['progress']): AcceptedCall =>
  later(step, { ...call, repair: { ...call.repair, progress, since: step.now } });

/** The next restart, if the path stays broken after this one. */
function later(step: Step, call: AcceptedCall): AcceptedCall {
  const { repair, polite } = call;
  if (repair.at === undefined) return call;
  const tries = Math.max(1, repair.tries);
  const wait = Math.min(RESTART_FIRST_MS * RESTART_GROWTH ** (tries - 1), RESTART_MOST_MS);
  return postponed(call, step.now + wait + (polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS));
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
