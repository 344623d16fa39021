import type { DeviceKey } from '#lib/domain/ids.ts';
import type { WayEvent } from '../event.ts';
import type { LinkedLeg } from '../leg/leg.ts';
import { reopened } from '../leg/link.ts';
import type { Link } from '../leg/link.ts';
import { repairOnNewNetwork, repairSoon } from '../leg/repair.ts';
import type { Step } from '../step.ts';
import { SEARCH_FIRST_MS, SEARCH_MOST_MS } from '../timing.ts';
import { end } from './end.ts';
import { retakeMicrophone } from './on-microphone.ts';
import { ringIfReady } from './ready.ts';
import { isAccepted, isPreparing, isLive, withLeg } from './state.ts';
import type { Call, LinkedCall, LiveCall, PreparingCall } from './state.ts';

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
  step.effects.push({ to: 'way', do: 'reach' });
  return { ...call, search: { ...call.search, at: undefined } };
}

function onChannelOpened(step: Step, call: LiveCall, device: DeviceKey): Call {
  if (isPreparing(call)) return ringIfReady(step, { ...call, stage: 'reaching', device });
  if (device !== call.leg.link.device) return call;
  const [link, frames] = reopened(call.leg.link, step.now);
  for (const frame of frames) {
    step.effects.push({ to: 'way', do: 'send', device, frame, newest: true });
  }
  return spokenAgain(step, call, link, frames.length > 0);
}

/** There is a way more to the peer's device, or one less, and perhaps something was sent by it. */
export function spokenAgain(
  step: Step,
  call: LinkedCall,
  link: Link,
  something: boolean,
): LinkedCall {
  const before = call.leg.link;
  const more = (link.open && !before.open) || (link.frames && !before.frames);
  const next = withLink(call, link);
  return isAccepted(next) && (more || something) ? withLeg(next, repairSoon(step, next.leg)) : next;
}

const withLink = <C extends LinkedCall>(call: C, link: Link): C =>
  withLeg(call, { ...(call.leg satisfies LinkedLeg), link });

function onChannelLost(step: Step, call: LiveCall, device: DeviceKey): Call {
  if (isPreparing(call)) {
    if (call.stage === 'finding' || device !== call.device) return call;
    step.effects.push({ to: 'way', do: 'reopen', device });
    return { ...call, device: undefined };
  }
  const { link } = call.leg;
  if (device !== link.device) return call;
  // Until Accept we dial nowhere for somebody who rings: the caller opens it again. Losing the channel never ends a
  // call: its sound does not go over it.
  if (call.stage !== 'incoming') reopen(step, link);
  return withLink(call, { ...link, open: false });
}

/** Presence says that the person has just come: whoever waits for them need not wait any longer. */
function onPersonSeen(step: Step, call: LiveCall): Call {
  if (isPreparing(call)) return searchNow(step, call);
  if (call.stage !== 'incoming' && !call.leg.link.open) reopen(step, call.leg.link);
  return call;
}

/** The channel may be dead without knowing it: another one is opened beside it. A healthy path is left alone. */
function onNetworkChanged(step: Step, call: LiveCall, same: boolean): Call {
  if (isPreparing(call)) return searchNow(step, call);
  // Not before Accept, and then at once, unless the channel proves to be alive.
  const { link } = call.leg;
  if (call.stage === 'incoming') return withLink(call, { ...link, silentAt: step.now });
  reopen(step, link);
  if (!isAccepted(call)) return call;
  const next = retakeMicrophone(step, call);
  return withLeg(next, (same ? repairSoon : repairOnNewNetwork)(step, next.leg));
}

const reopen = (step: Step, { device }: Link): void =>
  void step.effects.push({ to: 'way', do: 'reopen', device });
