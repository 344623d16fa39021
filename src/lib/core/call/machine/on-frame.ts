import type { IdentityKey } from '#lib/domain/ids.ts';
import { cleanNote } from '#lib/domain/name.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody, CallBodyOf, CallFrame } from '#lib/protocol/call-frame.ts';
import type { Arrived } from '../event.ts';
import { takeCandidate } from '../leg/descriptions.ts';
import { receive } from '../leg/link.ts';
import type { Via } from '../leg/link.ts';
import { fromBody } from '../leg/media-state.ts';
import type { MediaState } from '../leg/media-state.ts';
import { isHeard, offerSeen, onRestart, onRestartAnswer, repairSoon } from '../leg/repair.ts';
import { addCandidates, expect } from '../leg/speak.ts';
import type { Step } from '../step.ts';
import { RENEW_MICROPHONE_MS, REVIVED_MS } from '../timing.ts';
import { startConnecting } from './accepted.ts';
import { end } from './end.ts';
import { isLost } from './own.ts';
import { isAccepted, isWaiting, withLeg, withOwn } from './state.ts';
import type { AcceptedCall, Call, LinkedCall, WaitingCall } from './state.ts';

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
  shown: Pick<Arrived, 'owner' | 'former'> = {},
): Call {
  const before = call.leg.link.heardAt;
  const [link, arrival] = receive(call.leg.link, frame, step.now, via);
  const told = withLeg<LinkedCall>(call, { ...call.leg, link });
  const heard = isAccepted(told) ? withLeg(told, offerSeen(step, told.leg)) : told;
  if (isFarewell(frame.body)) return onFarewell(step, heard, frame.body);
  if (arrival === 'expected' && isImpostor(heard, frame.body, shown.owner)) {
    // The next call looks for the devices that they have now.
    return end(step, heard, shown.former === heard.peer.key ? 'not-reachable' : 'not-secure');
  }
  const next = arrival === 'expected' ? onBody(step, heard, frame.body) : heard;
  const revived = step.now - before >= REVIVED_MS || (isAccepted(call) && !isHeard(call.leg));
  return revived && isAccepted(next) ? withLeg(next, repairSoon(step, next.leg)) : next;
}

/**
 * Whether it rings, or a call is accepted, on a device that does not prove to be of the person who was called: an invite
 * may have named it, or a list from which it was left out since.
 */
const isImpostor = (
  call: LinkedCall,
  { type }: CallBody,
  owner: IdentityKey | undefined,
): boolean =>
  isWaiting(call) && (type === 'ringing' || type === 'accept') && owner !== call.peer.key;

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
      const [descriptions, add] = takeCandidate(call.leg.descriptions, candidate, step.now);
      addCandidates(step, call.leg, add);
      return withLeg<LinkedCall>(call, { ...call.leg, descriptions });
    }
    case 'restart':
      return isAccepted(call) ? withLeg(call, onRestart(step, call.leg, body)) : call;
    case 'media':
      return isAccepted(call) ? onPeerMedia(step, call, fromBody(body)) : call;
  }
}

function onAnswer(step: Step, call: LinkedCall, body: CallBodyOf<'answer'>): Call {
  if (isAccepted(call)) return withLeg(call, onRestartAnswer(step, call.leg, body));
  // An offer has one answer, and it comes after the proof of whose device it is, in RINGING.
  if (call.stage !== 'ringing' || call.answer !== 'none') return call;
  const { answer } = body;
  // With the answer ICE checks begin, and they show our address: they wait for ACCEPT where that matters.
  return call.leg.privacy.warm
    ? takeAnswer(step, call, answer)
    : { ...call, answer: { held: answer } };
}

function takeAnswer<C extends WaitingCall>(step: Step, call: C, answer: string): C {
  const { leg } = call;
  step.effects.push({ to: 'path', leg: leg.id, do: 'take-answer', answer });
  const descriptions = { ...leg.descriptions, remote: 'setting' } as const;
  return { ...call, answer: 'taken', leg: { ...leg, descriptions } };
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
  const { own, leg } = call;
  expect(step, leg, peerMedia);
  const next = withLeg(call, { ...leg, peerMedia });
  const unheard = peerMedia.deaf && !leg.peerMedia.deaf && !isLost(own) && !own.muted;
  if (!unheard || step.now < own.renewAt) return next;
  // Our microphone may bring nothing although it says that it is open.
  step.effects.push({ to: 'microphone', do: 'renew-microphone' });
  return withOwn(next, { renewAt: step.now + RENEW_MICROPHONE_MS });
}
