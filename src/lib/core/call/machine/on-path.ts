import type { Candidate, PathState } from '#lib/ports/media.ts';
import type { Media } from './event.ts';
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
import type { Turn } from './step.ts';

/** The media path reports. */
export function onMedia(turn: Turn, call: Call, event: Media): Call {
  if (!isLive(call)) return call;
  switch (event.type) {
    case 'offer-made':
      return onOfferMade(turn, call, event.offer);
    case 'answer-made':
      return onAnswerMade(turn, call, event.answer, event.round);
    case 'answer-taken':
      return describe(turn, call);
    case 'restart-made':
      return isAccepted(call) ? onRestartMade(turn, call, event.offer) : call;
    case 'path-error':
      return onPathError(turn, call, event.at);
    case 'candidate':
      return onOwnCandidate(turn, withOwn(call, event.candidate), event.candidate);
    case 'path-state':
      return onPathState(turn, call, event.state);
    case 'play-blocked':
      return { ...call, playBlocked: event.blocked };
    case 'hearing':
      return isAccepted(call) ? onHearing(turn, call, event.hearing) : call;
    case 'sparse':
      return isAccepted(call) ? { ...call, sparse: event.sparse } : call;
    case 'detour':
      return isAccepted(call) ? straighten(turn, call) : call;
  }
}

function onOfferMade(turn: Turn, call: LiveCall, offer: string): Call {
  if (!isPreparing(call)) return call;
  return call.stage === 'finding' ? { ...call, offer } : ringIfReady(turn, { ...call, offer });
}

function onAnswerMade(turn: Turn, call: LiveCall, answer: string, round: number | undefined): Call {
  if (isAccepted(call)) return onRestartAnswerMade(turn, call, answer, round);
  switch (call.stage) {
    case 'incoming':
      if (call.answer !== 'making') return call;
      return describe(turn, say(turn, { ...call, answer: 'sent' }, { type: 'answer', answer }));
    case 'answering':
      if (call.answer !== 'making') return call;
      return acceptIfReady(turn, describe(turn, { ...call, answer: { made: answer } }));
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
      return call;
  }
}

type PathErrorAt = Extract<Media, { readonly type: 'path-error' }>['at'];

function onPathError(turn: Turn, call: LiveCall, at: PathErrorAt): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return end(turn, call, 'unsupported');
    case 'rung':
    case 'ringing':
      return end(turn, call, 'peer-unsupported');
    case 'incoming':
    case 'answering':
      return end(turn, call, 'peer-unsupported', {
        say: { type: 'decline', reason: 'unsupported' },
      });
    case 'connecting':
      // A cold caller takes the answer only now: if that does not fit, nothing will.
      if (at === 'take-answer' && call.media.path !== 'connected' && call.repair.round === 0) {
        const failed = { type: 'hangup', reason: 'failed' } as const;
        return end(turn, call, 'connection-failed', { say: failed });
      }
      return onRestartFailed(turn, call, at);
    case 'connected':
    case 'reconnecting':
      return onRestartFailed(turn, call, at);
  }
}

function onOwnCandidate(turn: Turn, call: LiveCall, candidate: Candidate): Call {
  if (isPreparing(call)) return holdCandidate(call, candidate);
  // Candidates of a new description must not come before it: they would be tried with the old one.
  const hidden = isAccepted(call) ? isDescribing(call) : !call.privacy.warm;
  return hidden
    ? holdCandidate(call, candidate)
    : say(turn, call, { type: 'candidate', ...candidate });
}

function onPathState(turn: Turn, call: LiveCall, path: PathState): Call {
  if (path === 'not-secure') {
    const say = { type: 'hangup', reason: 'not-secure' } as const;
    return end(turn, call, 'not-secure', { say });
  }
  const next = { ...call, media: { ...call.media, path } };
  // Nothing is claimed before ACCEPT.
  return isAccepted(next) ? settle(turn, pathBecame(turn, next)) : next;
}

/** Packets come, and there is no sound in them, or there is again. */
function onHearing(turn: Turn, call: AcceptedCall, heard: 'heard' | 'silent'): AcceptedCall {
  if (heard === 'heard') return { ...call, hearing: { silent: false } };
  if (call.hearing.silent) return call;
  return { ...call, hearing: { silent: true, repairAt: turn.now + DEAF_REPAIR_MS } };
}
