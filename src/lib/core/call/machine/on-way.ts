import type { DeviceKey } from '#lib/domain/ids.ts';
import type { WayEvent } from './event.ts';
import { isAccepted, isLinked, isLive, isPreparing } from './state.ts';
import type { Call, LinkedCall, LiveCall, PreparingCall } from './state.ts';
import { retakeMicrophone } from './on-microphone.ts';
import { ringIfReady } from './ready.ts';
import { framed, reopened } from './link.ts';
import type { Link } from './link.ts';
import { repairOnNewNetwork, repairSoon } from './repair.ts';
import { SEARCH_FIRST_MS, SEARCH_MOST_MS } from './timing.ts';
import { end, send } from './step.ts';
import type { Step } from './step.ts';

/** The way to the peer's device changed. */
export function onWay(step: Step, call: Call, event: WayEvent): Call {
  if (!isLive(call)) return call;
  switch (event.type) {
    case 'found':
      return call.stage === 'finding' ? { ...call, stage: 'reaching', device: undefined } : call;
    case 'reach-failed':
      return isPreparing(call) ? onReachFailed(step, call, event.reason) : call;
    case 'channel-opened':
      return onChannelOpened(step, call, event.device);
    case 'channel-lost':
      return onChannelLost(step, call, event.device);
    case 'path-frames':
      return isLinked(call)
        ? speakAgain(step, call, framed(call.link, event.open, step.now))
        : call;
    case 'person-seen':
      return onPersonSeen(step, call);
    case 'network-changed':
      return onNetworkChanged(step, call, event.same === true);
  }
}

function onReachFailed(
  step: Step,
  call: PreparingCall,
  reason: Extract<WayEvent, { readonly type: 'reach-failed' }>['reason'],
): Call {
  if (!call.patient) return end(step, call, reason);
  const { failures } = call.search;
  const wait = Math.min(SEARCH_FIRST_MS * 2 ** failures, SEARCH_MOST_MS);
  const search = { at: step.now + wait, failures: failures + 1 };
  return call.stage === 'finding' ? { ...call, search } : lookAgain({ ...call, search });
}

/** A device that was found, and could not be reached, is not where it was. */
function lookAgain({ device: _device, ...call }: Extract<PreparingCall, { stage: 'reaching' }>) {
  return { ...call, stage: 'finding' } as const;
}

/** Begins the next search of a patient call, if none is under way. */
export function searchNow(step: Step, call: PreparingCall): PreparingCall {
  if (call.search.at === undefined) return call;
  step.effects.push({ do: 'reach' });
  return { ...call, search: { ...call.search, at: undefined } };
}

function onChannelOpened(step: Step, call: LiveCall, device: DeviceKey): Call {
  if (isPreparing(call)) return ringIfReady(step, { ...call, stage: 'reaching', device });
  if (device !== call.link.device) return call;
  const [link, frames] = reopened(call.link, step.now);
  for (const frame of frames) step.effects.push({ do: 'send', device, frame, newest: true });
  return spoken(step, call, link, frames.length > 0);
}

/** There is a way more, or one less: what waits goes by all. */
function speakAgain(
  step: Step,
  call: LinkedCall,
  [link, frames]: ReturnType<typeof framed>,
): LinkedCall {
  send(step, link.device, frames);
  return spoken(step, call, link, frames.length > 0);
}

function spoken(step: Step, call: LinkedCall, link: Link, something: boolean): LinkedCall {
  const more = (link.open && !call.link.open) || (link.frames && !call.link.frames);
  const next = { ...call, link };
  return isAccepted(next) && (more || something) ? repairSoon(step, next) : next;
}

function onChannelLost(step: Step, call: LiveCall, device: DeviceKey): Call {
  if (isPreparing(call)) {
    if (call.stage === 'finding' || device !== call.device) return call;
    step.effects.push({ do: 'reopen', device });
    return { ...call, device: undefined };
  }
  if (device !== call.link.device) return call;
  // Until Accept we dial nowhere for somebody who rings: the caller opens it again. Losing the channel never ends a
  // call: its sound does not go over it.
  if (call.stage !== 'incoming') step.effects.push({ do: 'reopen', device });
  return { ...call, link: { ...call.link, open: false } };
}

/** Presence says that the person has just come: whoever waits for them need not wait any longer. */
function onPersonSeen(step: Step, call: LiveCall): Call {
  if (isPreparing(call)) return searchNow(step, call);
  if (call.stage !== 'incoming' && !call.link.open) reopen(step, call.link);
  return call;
}

/** The channel may be dead without knowing it: another one is opened beside it. A healthy path is left alone. */
function onNetworkChanged(step: Step, call: LiveCall, same: boolean): Call {
  if (isPreparing(call)) return searchNow(step, call);
  // Not before Accept, and then at once, unless the channel proves to be alive.
  if (call.stage === 'incoming') return { ...call, link: { ...call.link, silentAt: step.now } };
  reopen(step, call.link);
  if (!isAccepted(call)) return call;
  const next = retakeMicrophone(step, call);
  return same ? repairSoon(step, next) : repairOnNewNetwork(step, next);
}

const reopen = (step: Step, { device }: Link): void =>
  void step.effects.push({ do: 'reopen', device });
