import type { Candidate, PathState } from '#lib/ports/media.ts';
import type { PathEvent } from './event.ts';
import { isAccepted, isLive, isPreparing } from './state.ts';
import type { AcceptedCall, Call, LiveCall } from './state.ts';
import { pathBecame, settle } from './accepted.ts';
import { withOwn } from './local-candidates.ts';
import { acceptIfReady, ringIfReady } from './ready.ts';
import {
  isDescribing,
  onRestartAnswerMade,
  onRestartFailed,
  onRestartMade,
  straighten,
} from './repair.ts';
import { DEAF_REPAIR_MS } from './timing.ts';
import { describe, end, holdCandidate, say } from './step.ts';
import type { Step } from './step.ts';

/** The media path reports. */
export function onPath(step: Step, call: Call, event: PathEvent): Call {
  if (!isLive(call)) return call;
  switch (event.type) {
    case 'offer-made':
      return onOfferMade(step, call, event.offer);
    case 'answer-made':
      return onAnswerMade(step, call, event.answer, event.round);
    case 'answer-taken':
      return describe(step, call);
    case 'restart-made':
      return isAccepted(call) ? onRestartMade(step, call, event.offer) : call;
    case 'path-error':
      return onPathError(step, call, event.at);
    case 'candidate':
      return onOwnCandidate(step, withOwn(call, event.candidate), event.candidate);
    case 'path-state':
      return onPathState(step, call, event.state);
    case 'play-blocked':
      return { ...call, playBlocked: event.blocked };
    case 'hearing':
      return isAccepted(call) ? onHearing(step, call, event.hearing) : call;
    case 'sparse':
      return isAccepted(call) ? { ...call, sparse: event.sparse } : call;
    case 'detour':
      return isAccepted(call) ? straighten(step, call) : call;
  }
}

function onOfferMade(step: Step, call: LiveCall, offer: string): Call {
  if (!isPreparing(call)) return call;
  return call.stage === 'finding' ? { ...call, offer } : ringIfReady(step, { ...call, offer });
}

function onAnswerMade(step: Step, call: LiveCall, answer: string, round: number | undefined): Call {
  if (isAccepted(call)) return onRestartAnswerMade(step, call, answer, round);
  switch (call.stage) {
    case 'incoming':
      if (call.answer !== 'making') return call;
      return describe(step, say(step, { ...call, answer: 'sent' }, { type: 'answer', answer }));
    case 'answering':
      if (call.answer !== 'making') return call;
      return acceptIfReady(step, describe(step, { ...call, answer: { made: answer } }));
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
      return call;
  }
}

type PathErrorAt = Extract<PathEvent, { readonly type: 'path-error' }>['at'];

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
      if (
        at === 'take-answer' &&
        call.descriptions.path !== 'connected' &&
        call.repair.round === 0
      ) {
        const failed = { type: 'hangup', reason: 'failed' } as const;
        return end(step, call, 'connection-failed', { say: failed });
      }
      return onRestartFailed(step, call, at);
    case 'connected':
    case 'reconnecting':
      return onRestartFailed(step, call, at);
  }
}

function onOwnCandidate(step: Step, call: LiveCall, candidate: Candidate): Call {
  if (isPreparing(call)) return holdCandidate(call, candidate);
  // Candidates of a new description must not come before it: they would be tried with the old one.
  const hidden = isAccepted(call) ? isDescribing(call) : !call.privacy.warm;
  return hidden
    ? holdCandidate(call, candidate)
    : say(step, call, { type: 'candidate', ...candidate });
}

function onPathState(step: Step, call: LiveCall, path: PathState): Call {
  if (path === 'not-secure') {
    const say = { type: 'hangup', reason: 'not-secure' } as const;
    return end(step, call, 'not-secure', { say });
  }
  const next = { ...call, descriptions: { ...call.descriptions, path } };
  // Nothing is claimed before ACCEPT.
  return isAccepted(next) ? settle(step, pathBecame(step, next)) : next;
}

/** Packets come, and there is no sound in them, or there is again. */
function onHearing(step: Step, call: AcceptedCall, heard: 'heard' | 'silent'): AcceptedCall {
  if (heard === 'heard') return { ...call, hearing: { silent: false } };
  if (call.hearing.silent) return call;
  return { ...call, hearing: { silent: true, repairAt: step.now + DEAF_REPAIR_MS } };
}
