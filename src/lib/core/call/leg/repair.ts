import type { CallBodyOf } from '#lib/protocol/call-frame.ts';
import type { PathState } from '#lib/ports/media.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import type { OpenLeg, Repair } from './leg.ts';
import { ignoring, renegotiating } from './descriptions.ts';
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
} from '../timing.ts';
import { describe, say, showCandidates } from './speak.ts';
import type { Step } from '../step.ts';

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
const isBroken = (path: PathState | 'none'): boolean => path === 'broken' || path === 'failed';

/** What {@link OpenLeg.repair} is after the path went into a state. */
export function watched(repair: Repair, path: PathState | 'none', now: Milliseconds): Repair {
  if (path === 'connected') return { ...repair, tries: 0, at: undefined };
  return !isBroken(path) || repair.at !== undefined ? repair : { ...repair, broken: now, at: now };
}

/** Begins a restart if it is time for one, and there is a way to tell the peer. */
export function repairIfDue(step: Step, leg: OpenLeg): OpenLeg {
  const { at } = leg.repair;
  if (at === undefined || step.now < at) return leg;
  if (isUnderWay(step, leg) || !speaks(leg.link)) return later(step, leg);
  // Else the first frame of the peer makes it due.
  return hasMoved(leg) || isHeard(leg) ? restart(step, leg) : postponed(leg, Infinity);
}

/** Whether our own network is another than that of the broken path. */
export const hasMoved = ({ repair: { moved, broken } }: OpenLeg): boolean =>
  moved >= broken - MOVED_MS;

/** Whether the peer was heard since the path broke. */
export const isHeard = ({ link, repair }: OpenLeg): boolean => link.heardAt >= repair.broken;

/** Whether a restart goes on that may still succeed. */
function isUnderWay(step: Step, { repair: { progress, since } }: OpenLeg): boolean {
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
export function restart(step: Step, leg: OpenLeg): OpenLeg {
  const { progress } = leg.repair;
  if (progress.is === 'making' || progress.is === 'answering') return leg;
  step.effects.push({ to: 'path', leg: leg.id, do: 'make-restart', gathered: isFine(leg) });
  const repair = { ...leg.repair, tries: leg.repair.tries + 1 };
  const link = withdrawn(leg.link);
  return progressed(step, { ...leg, link, repair }, { is: 'making' });
}

/** The call goes on meanwhile: there is time to gather all candidates before the peer hears of any. */
const isFine = ({ descriptions }: OpenLeg): boolean => descriptions.path === 'connected';

/** Chooses among the candidates once more, as the path goes through a server without need. Both sides see that. */
export function straighten(step: Step, leg: OpenLeg): OpenLeg {
  return leg.polite || !isFine(leg) || leg.repair.progress.is !== 'idle' ? leg : restart(step, leg);
}

/** There is a way to the peer again: a path that is broken need not wait any longer, if nothing is under way. */
export function repairSoon(step: Step, leg: OpenLeg): OpenLeg {
  const { at, since, broken } = leg.repair;
  if (at === undefined || isUnderWay(step, leg)) return leg;
  // What was agreed just now, whoever offered it, may still connect.
  const connects = since + RESTART_FIRST_MS;
  if (since >= broken && step.now < connects) return postponed(leg, Math.min(at, connects));
  return sooner(step, leg, at);
}

function sooner(step: Step, leg: OpenLeg, at: Milliseconds): OpenLeg {
  const wait = hasMoved(leg) ? 0 : leg.polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS;
  return repairIfDue(step, postponed(leg, Math.min(at, step.now + wait)));
}

/** Our own network has changed: what was not agreed with the peer yet is from the one of before. */
export function repairOnNewNetwork(step: Step, before: OpenLeg): OpenLeg {
  const leg = { ...before, repair: { ...before.repair, moved: step.now } };
  const { at, progress, since } = leg.repair;
  const stale = step.now - since >= RESTART_STALE_MS;
  if (at === undefined) return leg;
  if (progress.is === 'idle') return sooner(step, leg, at);
  if (progress.is !== 'offered') return leg;
  return stale && !progress.seen && speaks(leg.link) ? restart(step, leg) : leg;
}

/** The peer has our offer: it is answered, or goes unanswered, from now on. */
export function offerSeen(step: Step, leg: OpenLeg): OpenLeg {
  const { progress } = leg.repair;
  if (progress.is !== 'offered' || progress.seen) return leg;
  if (leg.link.waiting.some(({ body }) => body.type === 'restart')) return leg;
  return progressed(step, leg, { is: 'offered', seen: true });
}

export function onRestartMade(step: Step, leg: OpenLeg, offer: string): OpenLeg {
  if (leg.repair.progress.is !== 'making') return leg;
  const round = leg.repair.round + 1;
  const offered = progressed(
    step,
    { ...leg, repair: { ...leg.repair, round } },
    { is: 'offered', seen: false },
  );
  return showCandidates(step, say(step, offered, { type: 'restart', offer, round }));
}

/** The peer restarts. */
export function onRestart(
  step: Step,
  leg: OpenLeg,
  { offer, round }: CallBodyOf<'restart'>,
): OpenLeg {
  const { progress } = leg.repair;
  const ours = progress.is === 'making' || (progress.is === 'offered' && isUnderWay(step, leg));
  if (ours && !leg.polite) return { ...leg, descriptions: ignoring(leg.descriptions) };
  const made = { do: 'make-answer', offer, gathered: isFine(leg) } as const;
  step.effects.push({ to: 'path', leg: leg.id, ...made, ...(round !== undefined && { round }) });
  const given = {
    ...leg,
    link: withdrawn(leg.link),
    descriptions: renegotiating(leg.descriptions),
  };
  return progressed(step, given, { is: 'answering', round });
}

export function onRestartAnswerMade(
  step: Step,
  leg: OpenLeg,
  answer: string,
  round: number | undefined,
): OpenLeg {
  const { progress } = leg.repair;
  // Of two restarts of the peer the later one is answered.
  if (progress.is !== 'answering' || progress.round !== round) return leg;
  const idle = progressed(step, leg, { is: 'idle' });
  const answered = { type: 'answer', answer, ...(round !== undefined && { round }) } as const;
  return showCandidates(step, describe(step, say(step, idle, answered)));
}

/** The peer answers our restart. */
export function onRestartAnswer(
  step: Step,
  leg: OpenLeg,
  { answer, round }: CallBodyOf<'answer'>,
): OpenLeg {
  const { progress } = leg.repair;
  if (progress.is !== 'offered' || (round ?? leg.repair.round) !== leg.repair.round) return leg;
  step.effects.push({ to: 'path', leg: leg.id, do: 'take-answer', answer });
  return progressed(
    step,
    { ...leg, descriptions: renegotiating(leg.descriptions) },
    { is: 'idle' },
  );
}

/** It is tried again while the path is broken. What gave way to the peer's restart may fail without ending that. */
export function onRestartFailed(
  step: Step,
  leg: OpenLeg,
  at: 'offer' | 'answer' | 'take-answer' | 'restart',
): OpenLeg {
  const { progress } = leg.repair;
  const failed =
    (at === 'restart' && progress.is === 'making') ||
    (at === 'answer' && progress.is === 'answering');
  if (!failed) return leg;
  return showCandidates(step, progressed(step, leg, { is: 'idle' }));
}

/** Whether our candidates belong to a description that the peer does not have yet. */
export const isDescribing = ({ repair: { progress } }: OpenLeg): boolean =>
  progress.is === 'making' || progress.is === 'answering';

const progressed = (step: Step, leg: OpenLeg, progress: Repair['progress']): OpenLeg =>
  later(step, { ...leg, repair: { ...leg.repair, progress, since: step.now } });

/** The next restart, if the path stays broken after this one. */
function later(step: Step, leg: OpenLeg): OpenLeg {
  const { repair, polite } = leg;
  if (repair.at === undefined) return leg;
  const tries = Math.max(1, repair.tries);
  const wait = Math.min(RESTART_FIRST_MS * RESTART_GROWTH ** (tries - 1), RESTART_MOST_MS);
  return postponed(leg, step.now + wait + (polite ? RESTART_POLITE_MS : RESTART_IMPOLITE_MS));
}

const postponed = (leg: OpenLeg, at: Milliseconds): OpenLeg => ({
  ...leg,
  repair: { ...leg.repair, at },
});

/** An offer that goes no further, and its candidates, keep their numbers and say nothing any more. */
const withdrawn = (link: Link): Link =>
  rewrite(link, (body) =>
    body.type === 'restart' || body.type === 'candidate' ? { type: 'heartbeat' } : body,
  );
