import type { IdentityKey } from '#lib/domain/ids.ts';
import { cleanNote } from '#lib/domain/name.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody, CallBodyOf, CallFrame } from '#lib/protocol/call-frame.ts';
import { isAccepted, isWaiting } from './state.ts';
import type { AcceptedCall, Call, LinkedCall, WaitingCall } from './state.ts';
import { expect, startConnecting } from './accepted.ts';
import { fromBody } from './media-state.ts';
import type { MediaState } from './media-state.ts';
import { takeCandidate } from './descriptions.ts';
import { receive } from './link.ts';
import type { Via } from './link.ts';
import { isHeard, offerSeen, onRestart, onRestartAnswer, repairSoon } from './repair.ts';
import { RENEW_MICROPHONE_MS, REVIVED_MS } from './timing.ts';
import { addCandidates, end } from './step.ts';
import type { Step } from './step.ts';
import { mediaOf } from './own-media.ts';

type Farewell = CallBodyOf<'decline' | 'cancel' | 'hangup'>;

/** Whether a body ends the call: it acts at once, in whatever order it comes. */
export const isFarewell = (body: CallBody): body is Farewell =>
  body.type === 'decline' || body.type === 'cancel' || body.type === 'hangup';

/** A frame of the peer's device for this call. */
export function onFrame(
  step: Step,
  call: LinkedCall,
  frame: CallFrame,
  via: Via,
  from?: IdentityKey,
): Call {
  const [link, arrival] = receive(call.link, frame, step.now, via);
  const told = { ...call, link };
  const heard = isAccepted(told) ? offerSeen(step, told) : told;
  if (isFarewell(frame.body)) return onFarewell(step, heard, frame.body);
  if (arrival === 'expected' && isImpostor(heard, frame.body, from)) {
    return end(step, heard, 'not-secure');
  }
  const next = arrival === 'expected' ? onBody(step, heard, frame.body) : heard;
  const revived =
    step.now - call.link.heardAt >= REVIVED_MS || (isAccepted(call) && !isHeard(call));
  return revived && isAccepted(next) ? repairSoon(step, next) : next;
}

/**
 * Whether it rings, or a call is accepted, on a device that does not prove to be of the person who was called: an invite
 * may have named it, or a list from which it was left out since.
 */
const isImpostor = (call: LinkedCall, { type }: CallBody, from: IdentityKey | undefined): boolean =>
  isWaiting(call) && (type === 'ringing' || type === 'accept') && from !== call.peer.key;

const DECLINED: Record<CallBodyOf<'decline'>['reason'], EndReason> = {
  declined: 'declined-by-peer',
  busy: 'busy',
  'no-microphone': 'peer-microphone',
  unsupported: 'peer-unsupported',
  'no-answer': 'no-answer',
  'somebody-else': 'not-secure',
};
const HUNG_UP: Record<CallBodyOf<'hangup'>['reason'], EndReason> = {
  'hung-up': 'hung-up-by-peer',
  'connection-lost': 'lost-by-peer',
  'not-secure': 'not-secure',
  failed: 'connection-failed',
};

function onFarewell(step: Step, call: LinkedCall, body: Farewell): Call {
  switch (body.type) {
    case 'hangup':
      return end(step, call, HUNG_UP[body.reason], { byPeer: true, say: STRAY });
    case 'cancel':
      // Only a caller cancels.
      return isWaiting(call)
        ? call
        : end(step, call, 'cancelled-by-peer', { byPeer: true, say: STRAY });
    case 'decline':
      // Only a callee declines, and only before it accepts.
      return isWaiting(call) ? onDeclined(step, call, body) : call;
  }
}

function onDeclined(step: Step, call: WaitingCall, body: CallBodyOf<'decline'>): Call {
  const note = cleanNote(body.note ?? '');
  const written = note === '' ? {} : { note };
  return end(step, call, DECLINED[body.reason], { byPeer: true, say: STRAY, ...written });
}

/** What a peer hears that ended the call and still speaks in it. */
const STRAY: CallBody = { type: 'hangup', reason: 'hung-up' };

function onBody(step: Step, call: LinkedCall, body: Exclude<CallBody, Farewell>): Call {
  switch (body.type) {
    case 'ring': // A RING that comes again does not ring again.
    case 'heartbeat':
      return call;
    case 'ringing':
      return call.stage === 'rung' ? { ...call, stage: 'ringing' } : call;
    case 'answer':
      return onAnswer(step, call, body);
    case 'accept':
      return isWaiting(call) ? onAccepted(step, call, body.answer) : call;
    case 'candidate': {
      const { type: _type, ...candidate } = body;
      const [descriptions, add] = takeCandidate(call.descriptions, candidate, step.now);
      addCandidates(step, add);
      return { ...call, descriptions };
    }
    case 'restart':
      return isAccepted(call) ? onRestart(step, call, body) : call;
    case 'media':
      return isAccepted(call) ? onPeerMedia(step, call, fromBody(body)) : call;
  }
}

function onAnswer(step: Step, call: LinkedCall, body: CallBodyOf<'answer'>): Call {
  if (isAccepted(call)) return onRestartAnswer(step, call, body);
  // An offer has one answer, and it comes after the proof of whose device it is, in RINGING.
  if (call.stage !== 'ringing' || call.answer !== 'none') return call;
  const { answer } = body;
  // With the answer ICE checks begin, and they show our address: they wait for ACCEPT where that matters.
  return call.privacy.warm ? takeAnswer(step, call, answer) : { ...call, answer: { held: answer } };
}

function takeAnswer<C extends WaitingCall>(step: Step, call: C, answer: string): C {
  step.effects.push({ do: 'take-answer', answer });
  return { ...call, answer: 'taken', descriptions: { ...call.descriptions, remote: 'setting' } };
}

function onAccepted(step: Step, call: WaitingCall, answer: string | undefined): Call {
  if (call.answer === 'taken') return startConnecting(step, call, 0);
  const given = call.answer === 'none' ? answer : call.answer.held;
  if (given === undefined) {
    const say = { type: 'hangup', reason: 'failed' } as const;
    return end(step, call, 'connection-failed', { say });
  }
  return startConnecting(step, takeAnswer(step, call, given), 0);
}

function onPeerMedia(step: Step, call: AcceptedCall, peerMedia: MediaState): AcceptedCall {
  expect(step, peerMedia);
  const next = { ...call, peerMedia };
  const unheard = peerMedia.deaf && !call.peerMedia.deaf && !mediaOf(call).lost && !call.muted;
  if (!unheard || step.now < call.renewAt) return next;
  // Our microphone may bring nothing although it says that it is open.
  step.effects.push({ do: 'renew-microphone' });
  return { ...next, renewAt: step.now + RENEW_MICROPHONE_MS };
}
