import { cleanName } from '#lib/domain/name.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody, CallBodyOf, CallFrame } from '#lib/protocol/call-frame.ts';
import type { AcceptedCall, Call, LinkedCall, WaitingCall } from './call-state.ts';
import { renegotiating, takeCandidate } from './negotiation.ts';
import { receive } from './reliable.ts';
import { RESTART_AGAIN_MS } from './timing.ts';
import { addCandidates, end, goLive } from './turn.ts';
import type { Turn } from './turn.ts';

type Farewell = CallBodyOf<'decline' | 'cancel' | 'hangup'>;

/** Whether a body ends the call: it acts at once, in whatever order it comes. */
export const isFarewell = (body: CallBody): body is Farewell =>
  body.type === 'decline' || body.type === 'cancel' || body.type === 'hangup';

/** A frame of the peer's device for this call. */
export function onFrame(turn: Turn, call: LinkedCall, frame: CallFrame): Call {
  const [link, arrival] = receive(call.link, frame, turn.now);
  const heard = { ...call, link };
  if (isFarewell(frame.body)) return onFarewell(turn, heard, frame.body);
  return arrival === 'expected' ? onBody(turn, heard, frame.body) : heard;
}

const DECLINED: Record<CallBodyOf<'decline'>['reason'], EndReason> = {
  declined: 'declined-by-peer',
  busy: 'busy',
  'no-microphone': 'peer-microphone',
  unsupported: 'peer-unsupported',
  'no-answer': 'no-answer',
};
const HUNG_UP: Record<CallBodyOf<'hangup'>['reason'], EndReason> = {
  'hung-up': 'hung-up-by-peer',
  'connection-lost': 'connection-lost',
  'not-secure': 'not-secure',
  failed: 'connection-failed',
};

function onFarewell(turn: Turn, call: LinkedCall, body: Farewell): Call {
  switch (body.type) {
    case 'hangup':
      return end(turn, call, HUNG_UP[body.reason], { byPeer: true, say: STRAY });
    case 'cancel':
      return onCancel(turn, call);
    case 'decline':
      return onDeclined(turn, call, body);
  }
}

function onCancel(turn: Turn, call: LinkedCall): Call {
  switch (call.stage) {
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return end(turn, call, 'cancelled-by-peer', { byPeer: true, say: STRAY });
    case 'rung':
    case 'ringing':
      return call; // Only a caller cancels.
  }
}

function onDeclined(turn: Turn, call: LinkedCall, body: CallBodyOf<'decline'>): Call {
  switch (call.stage) {
    case 'rung':
    case 'ringing': {
      const note = cleanName(body.note ?? '');
      const written = note === '' ? {} : { note };
      return end(turn, call, DECLINED[body.reason], { byPeer: true, say: STRAY, ...written });
    }
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return call; // Only a callee declines, and only before it accepts.
  }
}

/** What a peer hears that ended the call and still speaks in it. */
const STRAY: CallBody = { type: 'hangup', reason: 'hung-up' };

function onBody(turn: Turn, call: LinkedCall, body: Exclude<CallBody, Farewell>): Call {
  switch (body.type) {
    case 'ring': // A RING that comes again does not ring again.
    case 'heartbeat':
      return call;
    case 'ringing':
      return onRinging(call);
    case 'answer':
      return onAnswer(turn, call, body.answer);
    case 'accept':
      return onAccepted(turn, call, body.answer);
    case 'candidate': {
      const { type: _type, ...candidate } = body;
      const [media, add] = takeCandidate(call.media, candidate);
      addCandidates(turn, add);
      return { ...call, media };
    }
    case 'restart':
      return onRestart(turn, call, body.offer);
    case 'media':
      return onPeerMuted(call, body.muted);
  }
}

function onRinging(call: LinkedCall): Call {
  switch (call.stage) {
    case 'rung':
      return { ...call, stage: 'ringing' };
    case 'ringing':
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return call;
  }
}

function onAnswer(turn: Turn, call: LinkedCall, answer: string): Call {
  switch (call.stage) {
    case 'rung':
    case 'ringing':
      // An offer has one answer.
      if (call.answer !== 'none') return call;
      // With the answer ICE checks begin, and they show our address: they wait for ACCEPT where that matters.
      return call.privacy.warm
        ? takeAnswer(turn, call, answer)
        : { ...call, answer: { held: answer } };
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      if (call.restart !== 'offered') return call;
      turn.effects.push({ do: 'take-answer', answer });
      return { ...call, restart: 'idle', media: renegotiating(call.media), ...again(turn, call) };
    case 'incoming':
    case 'answering':
      return call;
  }
}

/** The next restart, if the path stays broken after this one. */
const again = (turn: Turn, call: AcceptedCall): Pick<AcceptedCall, 'restartAt'> => ({
  restartAt: call.restartAt === undefined ? undefined : turn.now + RESTART_AGAIN_MS,
});

function takeAnswer<C extends WaitingCall>(turn: Turn, call: C, answer: string): C {
  turn.effects.push({ do: 'take-answer', answer });
  return { ...call, answer: 'taken', media: { ...call.media, remote: 'setting' } };
}

function onAccepted(turn: Turn, call: LinkedCall, answer: string | undefined): Call {
  switch (call.stage) {
    case 'rung':
    case 'ringing': {
      if (call.answer === 'taken') return goLive(turn, call, 0);
      const given = call.answer === 'none' ? answer : call.answer.held;
      if (given === undefined) {
        const say = { type: 'hangup', reason: 'failed' } as const;
        return end(turn, call, 'connection-failed', { say });
      }
      return goLive(turn, takeAnswer(turn, call, given), 0);
    }
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return call;
  }
}

function onRestart(turn: Turn, call: LinkedCall, offer: string): Call {
  switch (call.stage) {
    case 'connecting':
    case 'connected':
    case 'reconnecting': {
      const ours = call.restart === 'making' || call.restart === 'offered';
      // Both restart at once: the impolite side's goes on, and the polite side answers it.
      if (ours && !call.polite) return call;
      turn.effects.push({ do: 'make-answer', offer });
      return { ...call, restart: 'answering', media: renegotiating(call.media) };
    }
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return call;
  }
}

function onPeerMuted(call: LinkedCall, peerMuted: boolean): Call {
  switch (call.stage) {
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return { ...call, peerMuted };
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return call;
  }
}
