import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { Sound } from './event.ts';
import { isAccepted, isLive, isPreparing, isWaiting } from './state.ts';
import type { AcceptedCall, Call, LiveCall } from './state.ts';
import { acceptIfReady, ringIfReady } from './ready.ts';
import { MICROPHONE_RETRIES_MS } from './timing.ts';
import { end } from './step.ts';
import type { Turn } from './step.ts';

/** The microphone reports. */
export function onSound(turn: Turn, call: Call, event: Sound): Call {
  if (!isLive(call)) return call;
  switch (event.type) {
    case 'microphone-opened':
      return onOpened(turn, { ...call, instead: event.instead });
    case 'microphone-error':
      return isOpening(call) ? onGone(turn, call, event.problem) : call;
    case 'microphone-lost':
      return call.microphone === 'open' ? onGone(turn, call, 'failed') : call;
    case 'system-mute':
      return { ...call, systemMuted: event.muted };
    case 'devices-changed':
      return isAccepted(call) ? tryMicrophone(turn, call) : call;
  }
}

function onOpened(turn: Turn, call: LiveCall): Call {
  if (call.microphone === 'closed') return call;
  // One that is open was replaced by another.
  if (call.microphone === 'open') return { ...call, systemMuted: false };
  turn.effects.push({ do: 'set-muted', muted: call.muted });
  const open = { ...call, microphone: 'open', systemMuted: false } as const;
  if (open.stage === 'reaching') return ringIfReady(turn, open);
  if (open.stage === 'answering') return acceptIfReady(turn, open);
  if (!isAccepted(open)) return open;
  turn.effects.push({ do: 'send-sound' });
  return { ...open, retry: { at: undefined, tries: 0 } };
}

const isOpening = ({ microphone }: LiveCall): boolean =>
  microphone === 'opening' || microphone === 'granted';

/** It did not open, or went away. */
function onGone(turn: Turn, call: LiveCall, problem: MicrophoneProblem): Call {
  // A call that rings before it opened is cancelled; one whose microphone went away later goes on.
  const unopened = isWaiting(call) && isOpening(call);
  if (isPreparing(call) || unopened) return end(turn, call, `microphone-${problem}`);
  if (call.stage === 'answering') {
    return end(turn, call, `microphone-${problem}`, {
      say: { type: 'decline', reason: 'no-microphone' },
    });
  }
  const lost = { ...call, microphone: 'lost', systemMuted: false, instead: undefined } as const;
  if (!isAccepted(lost)) return lost;
  // Who refused it is not asked again and again.
  const wait = problem === 'refused' ? undefined : MICROPHONE_RETRIES_MS[lost.retry.tries];
  const at = wait === undefined ? undefined : turn.now + wait;
  return { ...lost, retry: { ...lost.retry, at } };
}

/** Opens a microphone that was lost in the call. */
function tryMicrophone(turn: Turn, call: AcceptedCall): AcceptedCall {
  if (call.microphone !== 'lost') return call;
  turn.effects.push({ do: 'open-microphone' });
  const retry = { at: undefined, tries: call.retry.tries + 1 };
  return { ...call, microphone: 'opening', retry };
}

/** Opens one that was lost, or another for one that the system took: it does not always say that it gives it back. */
export function retakeMicrophone(turn: Turn, call: AcceptedCall): AcceptedCall {
  if (call.microphone !== 'open' || !call.systemMuted) return tryMicrophone(turn, call);
  turn.effects.push({ do: 'renew-microphone' });
  return call;
}

/** Opens it again by itself, a few times. One that takes too long to open counts as lost meanwhile. */
export function tryMicrophoneIfDue(turn: Turn, call: AcceptedCall): AcceptedCall {
  const { at } = call.retry;
  if (at === undefined || turn.now < at) return call;
  if (call.microphone !== 'granted') return tryMicrophone(turn, call);
  return { ...call, microphone: 'opening', retry: { at: undefined, tries: 0 } };
}
