import type { Press } from '../event.ts';
import type { Step } from '../step.ts';
import { end } from './end.ts';
import { retakeMicrophone } from './on-microphone.ts';
import { acceptIfReady } from './ready.ts';
import { isAccepted, isLive, withOwn } from './state.ts';
import type { Call, Incoming } from './state.ts';

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
    case 'resume-sound':
      return withOwn(call, { playBlocked: false });
    case 'background':
      return withOwn(call, { background: press.background });
  }
}

function onAccept(step: Step, call: Call, granted = false): Call {
  if (call.stage !== 'incoming') return call;
  // Pressing Accept is what opens the microphone, here and nowhere earlier.
  step.effects.push({ to: 'microphone', do: 'open-microphone' });
  // Until now the caller alone opened lost channels again.
  const { open, device } = call.leg.link;
  if (!open) step.effects.push({ to: 'way', do: 'reopen', device });
  const opened = call.answer === 'none' ? openPath(step, call) : call;
  const microphone = granted ? 'granted' : 'opening';
  return acceptIfReady(step, { ...withOwn(opened, { microphone }), stage: 'answering' });
}

/**
 * Makes the callee's path from the caller's offer. Its candidates are shown as {@link Privacy.warm} allows.
 *
 * @param rings it begins to ring at this moment, and nobody has accepted yet
 */
export function openPath(step: Step, call: Incoming, rings = false): Incoming {
  const { leg } = call;
  const { policy } = leg.privacy;
  const to = { to: 'path', leg: leg.id } as const;
  step.effects.push(
    { ...to, do: 'open-path', policy, side: 'answers', ...(rings && { rings }) },
    { ...to, do: 'make-answer', offer: call.offer, gathered: rings },
  );
  const descriptions = { ...leg.descriptions, path: 'connecting', remote: 'setting' } as const;
  return { ...call, answer: 'making', leg: { ...leg, descriptions } };
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
  if (isAccepted(call) && muted === call.own.muted) return call;
  step.effects.push({ to: 'microphone', do: 'set-muted', muted });
  return withOwn(call, { muted });
}
