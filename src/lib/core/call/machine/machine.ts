import type { Milliseconds } from '#lib/domain/ids.ts';
import type { Effect } from './effect.ts';
import type { Arrived, CallEvent } from './event.ts';
import { isAccepted, isLinked, isLive, privacyFor } from './state.ts';
import type { Call, Finding } from './state.ts';
import type { Line } from './line.ts';
import { settle, tellMedia } from './accepted.ts';
import { admitLocal } from './local-candidates.ts';
import { NO_DESCRIPTIONS } from './descriptions.ts';
import { isFarewell, onFrame } from './on-frame.ts';
import { onPath } from './on-path.ts';
import { onPress } from './on-press.ts';
import { onRing } from './on-ring.ts';
import { onWay } from './on-way.ts';
import { onMicrophone } from './on-microphone.ts';
import { awoken, nextDeadline as deadlineOf, onTick } from './on-tick.ts';
import { openOffer } from './ready.ts';
import { heartbeat, looseFrame } from './link.ts';
import { PATIENT_MS, PREPARING_MS } from './timing.ts';
import { bury, findTombstone } from './tombstones.ts';
import { end, send } from './step.ts';
import type { Step } from './step.ts';

/**
 * The calls of one device, as one pure function.
 *
 *      CALLER                                                     CALLEE
 *
 *      press Call                                                 RING (verified, in time, line free)
 *          │                                                          │
 *      ┌───▼─────┐ a device is known ┌──────────┐                 ┌───▼──────┐
 *      │ finding ├──────────────────►│ reaching │                 │ incoming │  RINGING sent; for a contact the path
 *      └─────────┘                   └───┬──────┘                 └───┬──────┘  connects already (ANSWER)
 *                channel + offer + microphone¹: RING sent             │ press Accept: microphone opens
 *                                    ┌───▼──────┐                 ┌───▼───────┐
 *                                    │   rung   │                 │ answering │◄── both pressed Call, and ours
 *                                    └───┬────┬─┘                 └───┬───────┘    gives way (from finding,
 *                               RINGING  │    │                       │            reaching, rung)
 *                                    ┌───▼──┐ │ ACCEPT                │ microphone¹ + answer: ACCEPT sent
 *                                    │ring- │ │                       │
 *                                    │ ing  │ │                       │
 *                                    └───┬──┘ │                       │
 *                                 ACCEPT │    │                       │
 *                                    ┌───▼────▼───────────────────────▼───┐
 *                                    │             connecting             │  sound may be sent and played
 *                                    └─────────────────┬──────────────────┘
 *                        path connected, its fingerprint verified; at the callee: ACCEPT acknowledged
 *                                    ┌─────────────────▼──────────────────┐   path broken   ┌──────────────┐
 *                                    │             connected              ├────────────────►│ reconnecting │
 *                                    │                                    │◄────────────────┤ (ICE restart)│
 *                                    └────────────────────────────────────┘ path connected  └──────────────┘
 *
 *      A patient call goes from reaching back to finding when nobody was there, and searches again.
 *      Every state ends in `ended(reason)`: by a press, by the peer's DECLINE, CANCEL or HANGUP, by its deadline, or
 *      by a failure of the network, the microphone or the path. `ended` is final and stays until dismissed.
 *
 * ¹ One that was allowed before is opening meanwhile; nothing waits for it.
 *
 * What fits no arrow is absorbed. Time comes with the events: whoever runs this sends a `tick` when
 * {@link nextDeadline} has come.
 */
export function step(line: Line, event: CallEvent): readonly [Line, readonly Effect[]] {
  const step: Step = { now: event.now, effects: [] };
  const next = decide(step, { ...line, call: line.call && awoken(line.call, event.now) }, event);
  const call = next.call && acknowledge(step, admitted(step, next.call));
  return [buryEnded(step, line, { ...next, call }), step.effects];
}

/** When the line wants a tick next, or `Infinity`. */
export const nextDeadline = (line: Line): Milliseconds => deadlineOf(line.call);

function decide(step: Step, line: Line, event: CallEvent): Line {
  const { call } = line;
  switch (event.type) {
    case 'call': {
      const { microphoneGranted = false } = event;
      if (call === undefined || call.stage === 'ended') {
        return { ...line, call: place(step, event) };
      }
      // Calling somebody who is ringing here is accepting; any other live call is left alone.
      return call.stage === 'incoming' && call.peer.key === event.peer.key
        ? { ...line, call: onPress(step, call, { type: 'accept', microphoneGranted }) }
        : line;
    }
    case 'dismiss':
      return call?.stage === 'ended' ? { ...line, call: undefined } : line;
    case 'ring':
      return onRing(step, line, event);
    case 'frame':
      return onArrived(step, line, event);
    case 'accept':
    case 'decline':
    case 'hang-up':
    case 'leave':
    case 'block':
    case 'mute':
    case 'reopen-microphone':
    case 'background':
      return call === undefined ? line : { ...line, call: onPress(step, call, event) };
    case 'found':
    case 'reach-failed':
    case 'channel-opened':
    case 'channel-lost':
    case 'path-frames':
    case 'person-seen':
    case 'network-changed':
      return call === undefined ? line : { ...line, call: onWay(step, call, event) };
    case 'offer-made':
    case 'answer-made':
    case 'answer-taken':
    case 'restart-made':
    case 'path-error':
    case 'candidate':
    case 'path-state':
    case 'play-blocked':
    case 'hearing':
    case 'sparse':
    case 'detour':
      return call === undefined ? line : { ...line, call: onPath(step, call, event) };
    case 'microphone-opened':
    case 'microphone-error':
    case 'microphone-lost':
    case 'system-mute':
    case 'devices-changed':
      return call === undefined ? line : { ...line, call: onMicrophone(step, call, event) };
    case 'tick':
      return call === undefined ? line : { ...line, call: onTick(step, call, event.ownNetwork) };
  }
}

/** A person pressed Call. The microphone, the offer and the search for the person start at once, side by side. */
function place(step: Step, event: Extract<CallEvent, { readonly type: 'call' }>): Call {
  const { self, peer, hidden, turnAvailable, supported, id, certificate, name } = event;
  const { callee, patient } = event;
  const privacy = privacyFor(peer.trust, hidden, turnAvailable);
  const finding: Finding = {
    stage: 'finding',
    id,
    direction: 'outgoing',
    peer,
    started: step.now,
    privacy,
    // Both keys are ASCII, so that this is the order of their bytes.
    polite: self > peer.key,
    muted: false,
    playBlocked: false,
    descriptions: NO_DESCRIPTIONS,
    microphone: event.microphoneGranted ? 'granted' : 'opening',
    instead: undefined,
    systemMuted: false,
    background: false,
    patient,
    search: { at: undefined, failures: 0 },
    offer: undefined,
    offeredAt: step.now,
    self: { certificate, name, callee },
    deadline: step.now + (patient ? PATIENT_MS : PREPARING_MS),
  };
  // Somebody else may stand behind the new key.
  if (event.keyChanged) return end(step, finding, 'key-changed');
  if (!supported) return end(step, finding, 'unsupported');
  // Hidden means never: without TURN no call is placed, rather than one that shows the address.
  if (hidden && !turnAvailable) return end(step, finding, 'hidden-no-relay');
  step.effects.push({ do: 'open-microphone' }, { do: 'reach' });
  openOffer(step, finding);
  return { ...finding, descriptions: { ...NO_DESCRIPTIONS, path: 'connecting' } };
}

/** A frame other than RING: for the call, for one that is over, or for one that is not known here. */
function onArrived(
  step: Step,
  line: Line,
  { id, device, frame, via, from, isKnown }: Arrived,
): Line {
  const { call } = line;
  if (call && isLinked(call) && call.id === id && call.link.device === device) {
    return { ...line, call: onFrame(step, call, frame, via, from) };
  }
  const over = findTombstone(line.tombstones, id, device, step.now);
  if (over !== undefined) {
    const farewell = frame.body.type === 'accept' && over.farewell ? HUNG_UP : over.farewell;
    if (farewell && !isFarewell(frame.body)) send(step, device, [looseFrame(id, farewell)]);
    return line;
  }
  switch (frame.body.type) {
    case 'cancel': {
      // It overtook its RING, which must not ring when it comes, nor be missed while we are with that device.
      const unrung = !(call && isLinked(call) && call.link.device === device);
      const early = { id, device, farewell: undefined, unrung };
      return { ...line, tombstones: bury(line.tombstones, early, step.now) };
    }
    case 'ringing':
    case 'answer':
    case 'accept':
    case 'restart':
    case 'media':
    case 'heartbeat':
      // This page was loaded anew in the middle of a call: nobody shall talk to an empty line. Whom we do not know is
      // told nothing, else who is blocked would hear that somebody is here.
      if (isKnown)
        send(step, device, [looseFrame(id, { type: 'hangup', reason: 'connection-lost' })]);
      return line;
    case 'candidate': // Its RING may still be on the way.
    case 'ring':
    case 'decline':
    case 'hangup':
      return line;
  }
}

const admitted = (step: Step, call: Call): Call => (isLive(call) ? admitLocal(step, call) : call);

const HUNG_UP = { type: 'hangup', reason: 'hung-up' } as const;

/** Last thing in a step: says and claims what is now evident, and acknowledges what was taken and not answered. */
function acknowledge(step: Step, call: Call): Call {
  if (!isLinked(call)) return call;
  const told = isAccepted(call) ? tellMedia(step, call) : call;
  if (!told.link.owing) return settle(step, told);
  const [link, frames] = heartbeat(told.link, step.now);
  send(step, link.device, frames);
  return settle(step, { ...told, link });
}

/** A call that has just ended is remembered, so that its late frames do nothing and are told so. */
function buryEnded(step: Step, before: Line, line: Line): Line {
  const { call } = line;
  if (call?.stage !== 'ended' || !call.farewell || call === before.call) return line;
  const { device, body } = call.farewell;
  const tombstone = { id: call.id, device, farewell: body, unrung: false };
  return { ...line, tombstones: bury(line.tombstones, tombstone, step.now) };
}
