import type { Call, Incoming } from './state.ts';
import { isAccepted, isLive } from './state.ts';
import type { Press } from './event.ts';
import { retakeMicrophone } from './on-microphone.ts';
import { acceptIfReady } from './ready.ts';
import { end } from './step.ts';
import type { Turn } from './step.ts';

/** A person pressed something in a call. */
export function onPress(
  turn: Turn,
  call: Call,
  press: Exclude<Press, { readonly type: 'call' | 'dismiss' }>,
): Call {
  if (!isLive(call)) return call;
  switch (press.type) {
    case 'accept':
      return onAccept(turn, call, press.microphoneGranted);
    case 'decline':
      return onDecline(turn, call, press.note);
    case 'hang-up':
      return onHangUp(turn, call);
    case 'leave':
      // Nobody declined: the page went away while it rang.
      return call.stage === 'incoming'
        ? end(turn, call, 'missed', { say: { type: 'decline', reason: 'no-answer' } })
        : onHangUp(turn, call);
    case 'block':
      // Who is blocked while they ring hears nothing, not even that; in a call they hear that it is over.
      return call.stage === 'incoming'
        ? end(turn, call, 'declined', { refused: true, silent: true })
        : onHangUp(turn, call);
    case 'mute':
      return onMute(turn, call, press.muted);
    case 'reopen-microphone':
      return isAccepted(call) ? retakeMicrophone(turn, call) : call;
    case 'background':
      return { ...call, background: press.background };
  }
}

function onAccept(turn: Turn, call: Call, granted = false): Call {
  if (call.stage !== 'incoming') return call;
  // Pressing Accept is what opens the microphone, here and nowhere earlier.
  turn.effects.push({ do: 'open-microphone' });
  // Until now the caller alone opened lost channels again.
  if (!call.link.open) turn.effects.push({ do: 'reopen', device: call.link.device });
  const opened = call.answer === 'none' ? openPath(turn, call) : call;
  const microphone = granted ? 'granted' : 'opening';
  return acceptIfReady(turn, { ...opened, stage: 'answering', microphone });
}

/**
 * Makes the callee's path from the caller's offer. Its candidates are shown as {@link Privacy.warm} allows.
 *
 * @param rings it begins to ring at this moment, and nobody has accepted yet
 */
export function openPath(turn: Turn, call: Incoming, rings = false): Incoming {
  const { policy } = call.privacy;
  turn.effects.push(
    { do: 'open-path', policy, side: 'answers', ...(rings && { rings }) },
    { do: 'make-answer', offer: call.offer, gathered: rings },
  );
  return {
    ...call,
    answer: 'making',
    media: { ...call.media, path: 'connecting', remote: 'setting' },
  };
}

function onDecline(turn: Turn, call: Call, note: string | undefined): Call {
  if (call.stage !== 'incoming' && call.stage !== 'answering') return call;
  return end(turn, call, 'declined', {
    refused: true,
    say: { type: 'decline', reason: 'declined', ...(note !== undefined && { note }) },
  });
}

function onHangUp(turn: Turn, call: Call): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
      return end(turn, call, 'cancelled');
    case 'incoming':
      return end(turn, call, 'declined', { refused: true });
    case 'answering':
      // Who pressed Call, and gave way to the other's call, declines nothing.
      return end(turn, call, call.direction === 'outgoing' ? 'cancelled' : 'declined');
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return end(turn, call, 'hung-up');
    case 'ended':
      return call;
  }
}

/** The peer is told with ACCEPT, or by MEDIA. */
function onMute(turn: Turn, call: Call, muted: boolean): Call {
  if (!isLive(call) || call.stage === 'incoming') return call;
  if (isAccepted(call) && muted === call.muted) return call;
  turn.effects.push({ do: 'set-muted', muted });
  return { ...call, muted };
}
