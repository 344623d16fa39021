import type { DeviceKey } from '#lib/domain/ids.ts';
import type { Signal } from './call-event.ts';
import type { AcceptedCall, Call, LinkedCall } from './call-state.ts';
import { ringIfReady } from './on-media.ts';
import { reopened } from './reliable.ts';
import { end, send } from './turn.ts';
import type { Turn } from './turn.ts';

/** The way to the peer's device changed. */
export function onSignal(turn: Turn, call: Call, event: Signal): Call {
  switch (event.type) {
    case 'found':
      return onFound(call);
    case 'reach-failed':
      return onReachFailed(turn, call, event.reason);
    case 'channel-opened':
      return onChannelOpened(turn, call, event.device);
    case 'channel-lost':
      return onChannelLost(turn, call, event.device);
    case 'network-changed':
      return onNetworkChanged(turn, call);
  }
}

function onFound(call: Call): Call {
  switch (call.stage) {
    case 'finding':
      return { ...call, stage: 'reaching', device: undefined };
    case 'reaching':
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
    case 'ended':
      return call;
  }
}

function onReachFailed(
  turn: Turn,
  call: Call,
  reason: Extract<Signal, { readonly type: 'reach-failed' }>['reason'],
): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return end(turn, call, reason);
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
    case 'ended':
      return call;
  }
}

function onChannelOpened(turn: Turn, call: Call, device: DeviceKey): Call {
  switch (call.stage) {
    case 'finding':
      return ringIfReady(turn, { ...call, stage: 'reaching', device });
    case 'reaching':
      return ringIfReady(turn, { ...call, device });
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return device === call.link.device ? speakAgain(turn, call) : call;
    case 'connecting':
    case 'connected':
    case 'reconnecting': {
      if (device !== call.link.device) return call;
      return restartNow(turn, speakAgain(turn, call));
    }
    case 'ended':
      return call;
  }
}

function speakAgain<C extends LinkedCall>(turn: Turn, call: C): C {
  const [link, frames] = reopened(call.link, turn.now);
  send(turn, link.device, frames);
  return { ...call, link };
}

/** A path that is broken need not wait any longer for its restart. */
const restartNow = (turn: Turn, call: AcceptedCall): AcceptedCall =>
  call.restartAt === undefined || call.restart === 'offered'
    ? call
    : { ...call, restartAt: turn.now };

function onChannelLost(turn: Turn, call: Call, device: DeviceKey): Call {
  switch (call.stage) {
    case 'reaching':
      if (device !== call.device) return call;
      turn.effects.push({ do: 'reopen', device });
      return { ...call, device: undefined };
    case 'incoming':
      // Until Accept we dial nowhere for somebody who rings: the caller opens it again.
      return device === call.link.device ? { ...call, link: { ...call.link, open: false } } : call;
    case 'rung':
    case 'ringing':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      if (device !== call.link.device) return call;
      // Losing the channel never ends a call: its sound does not go over it.
      turn.effects.push({ do: 'reopen', device });
      return { ...call, link: { ...call.link, open: false } };
    case 'finding':
    case 'ended':
      return call;
  }
}

/** The channel may be dead without knowing it: another one is opened beside it. A healthy path is left alone. */
function onNetworkChanged(turn: Turn, call: Call): Call {
  switch (call.stage) {
    case 'incoming':
      // Not before Accept, and then at once, unless the channel proves to be alive.
      return { ...call, link: { ...call.link, silentAt: turn.now } };
    case 'rung':
    case 'ringing':
    case 'answering':
      turn.effects.push({ do: 'reopen', device: call.link.device });
      return call;
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      turn.effects.push({ do: 'reopen', device: call.link.device });
      return restartNow(turn, call);
    case 'finding':
    case 'reaching':
    case 'ended':
      return call;
  }
}
