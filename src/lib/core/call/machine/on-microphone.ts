import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { MicrophoneEvent } from './event.ts';
import { isAccepted, isLive, isPreparing, isWaiting } from './state.ts';
import type { AcceptedCall, Call, LiveCall } from './state.ts';
import { acceptIfReady, ringIfReady } from './ready.ts';
import { MICROPHONE_RETRIES_MS } from './timing.ts';
import { end } from './step.ts';
import type { Step } from './step.ts';

/** The microphone reports. */
export function onMicrophone(step: Step, call: Call, event: MicrophoneEvent): Call {
  if (!isLive(call)) return call;
  switch (event.type) {
    case 'microphone-opened':
      return onOpened(step, { ...call, instead: event.instead });
    case 'microphone-error':
      return isOpening(call) ? onGone(step, call, event.problem) : call;
    case 'microphone-lost':
      return call.microphone === 'open' ? onGone(step, call, 'failed') : call;
    case 'system-mute':
      return { ...call, systemMuted: event.muted };
    case 'devices-changed':
      return isAccepted(call) ? tryMicrophone(step, call) : call;
  }
}

function onOpened(step: Step, call: LiveCall): Call {
  if (call.microphone === 'closed') return call;
  // One that is open was replaced by another.
  if (call.microphone === 'open') return { ...call, systemMuted: false };
  step.effects.push({ do: 'set-muted', muted: call.muted });
  const open = { ...call, microphone: 'open', systemMuted: false } as const;
  if (open.stage === 'reaching') return ringIfReady(step, open);
  if (open.stage === 'answering') return acceptIfReady(step, open);
  if (!isAccepted(open)) return open;
  step.effects.push({ do: 'send-sound' });
  return { ...open, retry: { at: undefined, tries: 0 } };
}

const isOpening = ({ microphone }: LiveCall): boolean =>
  microphone === 'opening' || microphone === 'granted';

/** It did not open, or went away. */
function onGone(step: Step, call: LiveCall, problem: MicrophoneProblem): Call {
  // A call that rings before it opened is cancelled; one whose microphone went away later goes on.
  const unopened = isWaiting(call) && isOpening(call);
  if (isPreparing(call) || unopened) return end(step, call, `microphone-${problem}`);
  if (call.stage === 'answering') {
    return end(step, call, `microphone-${problem}`, {
      say: { type: 'decline', reason: 'no-microphone' },
    });
  }
  const lost = { ...call, microphone: 'lost', systemMuted: false, instead: undefined } as const;
  if (!isAccepted(lost)) return lost;
  // Who refused it is not asked again and again.
  const wait = problem === 'refused' ? undefined : MICROPHONE_RETRIES_MS[lost.retry.tries];
  const at = wait === undefined ? undefined : step.now + wait;
  return { ...lost, retry: { ...lost.retry, at } };
}

/** Opens a microphone that was lost in the call. */
function tryMicrophone(step: Step, call: AcceptedCall): AcceptedCall {
  if (call.microphone !== 'lost') return call;
  step.effects.push({ do: 'open-microphone' });
  const retry = { at: undefined, tries: call.retry.tries + 1 };
  return { ...call, microphone: 'opening', retry };
}

/** Opens one that was lost, or another for one that the system took: it does not always say that it gives it back. */
export function retakeMicrophone(step: Step, call: AcceptedCall): AcceptedCall {
  if (call.microphone !== 'open' || !call.systemMuted) return tryMicrophone(step, call);
  step.effects.push({ do: 'renew-microphone' });
  return call;
}

/** Opens it again by itself, a few times. One that takes too long to open counts as lost meanwhile. */
export function tryMicrophoneIfDue(step: Step, call: AcceptedCall): AcceptedCall {
  const { at } = call.retry;
  if (at === undefined || step.now < at) return call;
  if (call.microphone !== 'granted') return tryMicrophone(step, call);
  return { ...call, microphone: 'opening', retry: { at: undefined, tries: 0 } };
}
