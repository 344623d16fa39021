import type { Call, Incoming } from './state.ts';
import { isAccepted, isLive } from './state.ts';
import type { Press } from './event.ts';
import { retakeMicrophone } from './on-microphone.ts';
import { acceptIfReady } from './ready.ts';
import { end } from './step.ts';
import type { Step } from './step.ts';

/** A person pressed something in a call. */
export function onPress(
  step: Step,
  call: Call,
  press: Exclude<Press, { readonly type: 'call' | 'dismiss' }>,
): Call {
  if (!isLive(call)) return call;
  switch (press.type) {
    case 'accept':
      return onAccept(step, call, press.microphoneGranted);
    case 'decline':
      return onDecline(step, call, press.note);
    case 'hang-up':
      return onHangUp(step, call);
    case 'leave':
      // Nobody declined: the page went away while it rang.
      return call.stage === 'incoming'
        ? end(step, call, 'missed', { say: { type: 'decline', reason: 'no-answer' } })
        : onHangUp(step, call);
    case 'block':
      // Who is blocked while they ring hears nothing, not even that; in a call they hear that it is over.
      return call.stage === 'incoming'
        ? end(step, call, 'declined', { refused: true, silent: true })
        : onHangUp(step, call);
    case 'mute':
      return onMute(step, call, press.muted);
    case 'reopen-microphone':
      return isAccepted(call) ? retakeMicrophone(step, call) : call;
    case 'background':
      return { ...call, background: press.background };
  }
}

function onAccept(step: Step, call: Call, granted = false): Call {
  if (call.stage !== 'incoming') return call;
  // Pressing Accept is what opens the microphone, here and nowhere earlier.
  step.effects.push({ do: 'open-microphone' });
  // Until now the caller alone opened lost channels again.
  if (!call.link.open) step.effects.push({ do: 'reopen', device: call.link.device });
  const opened = call.answer === 'none' ? openPath(step, call) : call;
  const microphone = granted ? 'granted' : 'opening';
  return acceptIfReady(step, { ...opened, stage: 'answering', microphone });
}

/**
 * Makes the callee's path from the caller's offer. Its candidates are shown as {@link Privacy.warm} allows.
 *
 * @param rings it begins to ring at this moment, and nobody has accepted yet
 */
export function openPath(step: Step, call: Incoming, rings = false): Incoming {
  const { policy } = call.privacy;
  step.effects.push(
    { do: 'open-path', policy, side: 'answers', ...(rings && { rings }) },
    { do: 'make-answer', offer: call.offer, gathered: rings },
  );
  return {
    ...call,
    answer: 'making',
    descriptions: { ...call.descriptions, path: 'connecting', remote: 'setting' },
  };
}

function onDecline(step: Step, call: Call, note: string | undefined): Call {
  if (call.stage !== 'incoming' && call.stage !== 'answering') return call;
  return end(step, call, 'declined', {
    refused: true,
    say: { type: 'decline', reason: 'declined', ...(note !== undefined && { note }) },
  });
}

function onHangUp(step: Step, call: Call): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
      return end(step, call, 'cancelled');
    case 'incoming':
      return end(step, call, 'declined', { refused: true });
    case 'answering':
      // Who pressed Call, and gave way to the other's call, declines nothing.
      return end(step, call, call.direction === 'outgoing' ? 'cancelled' : 'declined');
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return end(step, call, 'hung-up');
    case 'ended':
      return call;
  }
}

/** The peer is told with ACCEPT, or by MEDIA. */
function onMute(step: Step, call: Call, muted: boolean): Call {
  if (!isLive(call) || call.stage === 'incoming') return call;
  if (isAccepted(call) && muted === call.muted) return call;
  step.effects.push({ do: 'set-muted', muted });
  return { ...call, muted };
}
