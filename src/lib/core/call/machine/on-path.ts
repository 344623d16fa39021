import type { Candidate, PathState } from '#lib/ports/media.ts';
import type { PathEvent, PathReport } from '../event.ts';
import type { OpenLeg } from '../leg/leg.ts';
import { framed } from '../leg/link.ts';
import { rememberOwn } from '../leg/local-candidates.ts';
import {
  isDescribing,
  onRestartAnswerMade,
  onRestartFailed,
  onRestartMade,
  straighten,
} from '../leg/repair.ts';
import { describe, holdCandidate, say } from '../leg/speak.ts';
import { send } from '../step.ts';
import type { Step } from '../step.ts';
import { DEAF_REPAIR_MS } from '../timing.ts';
import { pathBecame, settle } from './accepted.ts';
import { end } from './end.ts';
import { spokenAgain } from './on-way.ts';
import { acceptIfReady, ringIfReady } from './ready.ts';
import { isAccepted, isLinked, isLive, isPreparing, withLeg, withOwn } from './state.ts';
import type { Call, LinkedCall, LiveCall } from './state.ts';

/** The media path of a leg reports. */
export function onPath(step: Step, call: Call, event: PathEvent): Call {
  if (!isLive(call) || event.leg !== call.leg.id) return call;
  switch (event.type) {
    case 'offer-made':
      return onOfferMade(step, call, event.offer);
    case 'answer-made':
      return onAnswerMade(step, call, event.answer, event.round);
    case 'answer-taken':
      return withLeg(call, describe(step, call.leg));
    case 'restart-made':
      return isAccepted(call) ? withLeg(call, onRestartMade(step, call.leg, event.offer)) : call;
    case 'path-error':
      return onPathError(step, call, event.at);
    case 'candidate':
      return onOwnCandidate(step, call, event.candidate);
    case 'path-state':
      return onPathState(step, call, event.state);
    case 'play-blocked':
      return withOwn(call, { playBlocked: true });
    case 'hearing':
      return isAccepted(call) ? withLeg(call, heardOn(step, call.leg, event.hearing)) : call;
    case 'sparse':
      return isAccepted(call) ? withLeg(call, { ...call.leg, sparse: event.sparse }) : call;
    case 'detour':
      return isAccepted(call) ? withLeg(call, straighten(step, call.leg)) : call;
    case 'path-frames':
      return isLinked(call) ? onFrames(step, call, event.open) : call;
  }
}

function onOfferMade(step: Step, call: LiveCall, offer: string): Call {
  if (!isPreparing(call)) return call;
  return call.stage === 'finding' ? { ...call, offer } : ringIfReady(step, { ...call, offer });
}

function onAnswerMade(step: Step, call: LiveCall, answer: string, round: number | undefined): Call {
  if (isAccepted(call)) {
    return withLeg(call, onRestartAnswerMade(step, call.leg, answer, round));
  }
  switch (call.stage) {
    case 'incoming': {
      if (call.answer !== 'making') return call;
      const said = say(step, call.leg, { type: 'answer', answer });
      return { ...call, answer: 'sent', leg: describe(step, said) };
    }
    case 'answering': {
      if (call.answer !== 'making') return call;
      const leg = describe(step, call.leg);
      return acceptIfReady(step, { ...call, answer: { made: answer }, leg });
    }
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
      return call;
  }
}

type PathErrorAt = Extract<PathReport, { readonly type: 'path-error' }>['at'];

function onPathError(step: Step, call: LiveCall, at: PathErrorAt): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return end(step, call, 'unsupported');
    case 'rung':
    case 'ringing':
      return end(step, call, 'peer-unsupported');
    case 'incoming':
    case 'answering':
      return end(step, call, 'peer-unsupported', {
        say: { type: 'decline', reason: 'unsupported' },
      });
    case 'connecting':
      // A cold caller takes the answer only now: if that does not fit, nothing will.
      if (at === 'take-answer' && isNew(call.leg)) {
        const failed = { type: 'hangup', reason: 'failed' } as const;
        return end(step, call, 'connection-failed', { say: failed });
      }
      return withLeg(call, onRestartFailed(step, call.leg, at));
    case 'connected':
    case 'reconnecting':
      return withLeg(call, onRestartFailed(step, call.leg, at));
  }
}

/** Whether the path was never connected, nor restarted. */
const isNew = ({ descriptions, repair }: OpenLeg): boolean =>
  descriptions.path !== 'connected' && repair.round === 0;

function onOwnCandidate(step: Step, call: LiveCall, candidate: Candidate): Call {
  const known = withLeg(call, rememberOwn<LiveCall['leg']>(call.leg, candidate));
  if (isPreparing(known)) return withLeg(known, holdCandidate(known.leg, candidate));
  // Candidates of a new description must not come before it: they would be tried with the old one.
  const hidden = isAccepted(known) ? isDescribing(known.leg) : !known.leg.privacy.warm;
  const leg = hidden
    ? holdCandidate<LinkedCall['leg']>(known.leg, candidate)
    : say<LinkedCall['leg']>(step, known.leg, { type: 'candidate', ...candidate });
  return withLeg<LinkedCall>(known, leg);
}

function onPathState(step: Step, call: LiveCall, path: PathState): Call {
  if (path === 'not-secure') {
    const say = { type: 'hangup', reason: 'not-secure' } as const;
    return end(step, call, 'not-secure', { say });
  }
  const descriptions = { ...call.leg.descriptions, path };
  const next = withLeg(call, { ...call.leg, descriptions });
  // Nothing is claimed before ACCEPT.
  return isAccepted(next) ? settle(step, pathBecame(step, next)) : next;
}

/** Packets come, and there is no sound in them, or there is again. */
function heardOn(step: Step, leg: OpenLeg, heard: 'heard' | 'silent'): OpenLeg {
  if (heard === 'heard') return { ...leg, hearing: { silent: false } };
  if (leg.hearing.silent) return leg;
  return { ...leg, hearing: { silent: true, repairAt: step.now + DEAF_REPAIR_MS } };
}

/** There is a way more, or one less: what waits goes by all. */
function onFrames(step: Step, call: LinkedCall, open: boolean): LinkedCall {
  const [link, frames] = framed(call.leg.link, open, step.now);
  send(step, link, frames);
  return spokenAgain(step, call, link, frames.length > 0);
}
