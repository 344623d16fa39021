import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { MicrophoneEvent } from '../event.ts';
import type { Step } from '../step.ts';
import { MICROPHONE_RETRIES_MS } from '../timing.ts';
import { end } from './end.ts';
import { acceptIfReady, ringIfReady } from './ready.ts';
import { isAccepted, isLive, isPreparing, isWaiting, withOwn } from './state.ts';
import type { AcceptedCall, Call, LiveCall } from './state.ts';

/** The microphone reports. */
export function onMicrophone(step: Step, call: Call, event: MicrophoneEvent): Call {
  if (!isLive(call)) return call;
  switch (event.type) {
    case 'microphone-opened':
      return onOpened(step, withOwn(call, { instead: event.instead }));
    case 'microphone-error':
      return isOpening(call) ? onGone(step, call, event.problem) : call;
    case 'microphone-lost':
      return call.own.microphone === 'open' ? onGone(step, call, 'failed') : call;
    case 'system-mute':
      return withOwn(call, { systemMuted: event.muted });
    case 'devices-changed':
      return isAccepted(call) ? tryMicrophone(step, call) : call;
  }
}

function onOpened(step: Step, call: LiveCall): Call {
  const { microphone, muted } = call.own;
  if (microphone === 'closed') return call;
  // One that is open was replaced by another.
  if (microphone === 'open') return withOwn(call, { systemMuted: false });
  step.effects.push({ to: 'microphone', do: 'set-muted', muted });
  const open = withOwn(call, { microphone: 'open', systemMuted: false });
  if (open.stage === 'reaching') return ringIfReady(step, open);
  if (open.stage === 'answering') return acceptIfReady(step, open);
  if (!isAccepted(open)) return open;
  step.effects.push({ to: 'path', leg: open.leg.id, do: 'send-sound' });
  return withOwn(open, { retry: { at: undefined, tries: 0 } });
}

const isOpening = ({ own: { microphone } }: LiveCall): boolean =>
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
  const lost = withOwn(call, { microphone: 'lost', systemMuted: false, instead: undefined });
  if (!isAccepted(lost)) return lost;
  const { retry } = lost.own;
  // Who refused it is not asked again and again.
  const wait = problem === 'refused' ? undefined : MICROPHONE_RETRIES_MS[retry.tries];
  const at = wait === undefined ? undefined : step.now + wait;
  return withOwn(lost, { retry: { ...retry, at } });
}

/** Opens a microphone that was lost in the call. */
function tryMicrophone(step: Step, call: AcceptedCall): AcceptedCall {
  if (call.own.microphone !== 'lost') return call;
  step.effects.push({ to: 'microphone', do: 'open-microphone' });
  const retry = { at: undefined, tries: call.own.retry.tries + 1 };
  return withOwn(call, { microphone: 'opening', retry });
}

/** Opens one that was lost, or another for one that the system took: it does not always say that it gives it back. */
export function retakeMicrophone(step: Step, call: AcceptedCall): AcceptedCall {
  if (call.own.microphone !== 'open' || !call.own.systemMuted) return tryMicrophone(step, call);
  step.effects.push({ to: 'microphone', do: 'renew-microphone' });
  return call;
}

/** Opens it again by itself, a few times. One that takes too long to open counts as lost meanwhile. */
export function tryMicrophoneIfDue(step: Step, call: AcceptedCall): AcceptedCall {
  const { microphone, retry } = call.own;
  if (retry.at === undefined || step.now < retry.at) return call;
  if (microphone !== 'granted') return tryMicrophone(step, call);
  return withOwn(call, { microphone: 'opening', retry: { at: undefined, tries: 0 } });
}
