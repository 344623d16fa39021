import type { Milliseconds } from '#lib/domain/ids.ts';
import type { Effect } from '../effect.ts';
import type { Arrived, CallEvent, Press } from '../event.ts';
import { newLeg, privacyFor } from '../leg/leg.ts';
import { heartbeat, looseFrame } from '../leg/link.ts';
import { admitLocal } from '../leg/local-candidates.ts';
import type { LocalReach } from '../leg/local-candidates.ts';
import { send } from '../step.ts';
import type { Step } from '../step.ts';
import { PATIENT_MS, PREPARING_MS } from '../timing.ts';
import { settle, tellMedia } from './accepted.ts';
import { end } from './end.ts';
import type { Line } from './line.ts';
import { isFarewell, onFrame } from './on-frame.ts';
import { onMicrophone } from './on-microphone.ts';
import { onPath } from './on-path.ts';
import { onPress } from './on-press.ts';
import { onRing } from './on-ring.ts';
import { awoken, nextDeadline as deadlineOf, onTick } from './on-tick.ts';
import { onWay } from './on-way.ts';
import { NOTHING_OWN } from './own.ts';
import { openOffer } from './ready.ts';
import { isAccepted, isLinked, withLeg } from './state.ts';
import type { Call, Finding, LinkedCall } from './state.ts';
import { bury, findTombstone } from './tombstones.ts';

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
  const call = next.call && acknowledge(step, next.call);
  return [buryEnded(step, line, { ...next, call }), step.effects];
}

/** When the line wants a tick next, or `Infinity`. */
export const nextDeadline = (line: Line): Milliseconds => deadlineOf(line.call);

function decide(step: Step, line: Line, event: CallEvent): Line {
  const { call } = line;
  switch (event.from) {
    case 'person':
      return decidePress(step, line, event);
    case 'peer':
      return event.type === 'ring' ? onRing(step, line, event) : onArrived(step, line, event);
    case 'way':
      return call === undefined ? line : { ...line, call: onWay(step, call, event) };
    case 'path':
      return call === undefined ? line : { ...line, call: onPath(step, call, event) };
    case 'microphone':
      return call === undefined ? line : { ...line, call: onMicrophone(step, call, event) };
    case 'clock':
      return call === undefined ? line : { ...line, call: onTick(step, call, event.ownNetwork) };
  }
}

function decidePress(step: Step, line: Line, press: Press): Line {
  const { call } = line;
  switch (press.type) {
    case 'call': {
      if (call === undefined || call.stage === 'ended') {
        return { ...line, call: place(step, press) };
      }
      const { microphoneGranted = false } = press;
      // Calling somebody who is ringing here is accepting; any other live call is left alone.
      return call.stage === 'incoming' && call.peer.key === press.peer.key
        ? {
            ...line,
            call: onPress(step, call, { from: 'person', type: 'accept', microphoneGranted }),
          }
        : line;
    }
    case 'dismiss':
      return call?.stage === 'ended' ? { ...line, call: undefined } : line;
    case 'accept':
    case 'decline':
    case 'hang-up':
    case 'leave':
    case 'block':
    case 'mute':
    case 'reopen-microphone':
    case 'resume-sound':
    case 'background':
      return call === undefined ? line : { ...line, call: onPress(step, call, press) };
  }
}

/** A person pressed Call. The microphone, the offer and the search for the person start at once, side by side. */
function place(step: Step, press: Extract<Press, { readonly type: 'call' }>): Call {
  const { self, peer, hidden, turnAvailable, supported, id, certificate, name } = press;
  const { callee, patient } = press;
  // Both keys are ASCII, so that this is the order of their bytes.
  const leg = newLeg(id, privacyFor(peer.trust, hidden, turnAvailable), self > peer.key);
  const finding: Finding = {
    stage: 'finding',
    id,
    direction: 'outgoing',
    peer,
    started: step.now,
    own: { ...NOTHING_OWN, microphone: press.microphoneGranted ? 'granted' : 'opening' },
    leg,
    patient,
    search: { at: undefined, failures: 0 },
    offer: undefined,
    offeredAt: step.now,
    self: { certificate, name, callee },
    deadline: step.now + (patient ? PATIENT_MS : PREPARING_MS),
  };
  // Somebody else may stand behind the new key.
  if (press.keyChanged) return end(step, finding, 'key-changed');
  if (!supported) return end(step, finding, 'unsupported');
  // Hidden means never: without TURN no call is placed, rather than one that shows the address.
  if (hidden && !turnAvailable) return end(step, finding, 'hidden-no-relay');
  step.effects.push({ to: 'microphone', do: 'open-microphone' }, { to: 'way', do: 'reach' });
  return { ...finding, leg: openOffer(step, leg) };
}

/** A frame other than RING: for the call, for one that is over, or for one that is not known here. */
function onArrived(step: Step, line: Line, arrived: Arrived): Line {
  const { id, device, frame, via } = arrived;
  const { call } = line;
  if (call && isLinked(call) && call.id === id && call.leg.link.device === device) {
    return { ...line, call: onFrame(step, call, frame, via, arrived) };
  }
  const over = findTombstone(line.tombstones, id, device, step.now);
  if (over !== undefined) {
    const farewell = frame.body.type === 'accept' && over.farewell ? HUNG_UP : over.farewell;
    if (farewell && !isFarewell(frame.body)) send(step, { device }, [looseFrame(id, farewell)]);
    return line;
  }
  switch (frame.body.type) {
    case 'cancel': {
      // It overtook its RING, which must not ring when it comes, nor be missed while we are with that device.
      const unrung = !(call && isLinked(call) && call.leg.link.device === device);
      const early = { id, device, farewell: undefined, unrung };
      return { ...line, tombstones: bury(line.tombstones, early, step.now) };
    }
    case 'heartbeat':
      // A numbered one stands for a candidate that we do not want: its RING may still be on the way.
      return frame.sequence > 0 ? line : disown(step, line, arrived);
    case 'ringing':
    case 'answer':
    case 'accept':
    case 'restart':
    case 'media':
      return disown(step, line, arrived);
    case 'candidate': // Its RING may still be on the way.
    case 'ring':
    case 'decline':
    case 'hangup':
      return line;
  }
}

/**
 * This page was loaded anew in the middle of a call: nobody shall talk to an empty line. Whom we do not know is told
 * nothing, else who is blocked would hear that somebody is here.
 */
function disown(step: Step, line: Line, { id, device, isKnown }: Arrived): Line {
  const say = { type: 'hangup', reason: 'connection-lost' } as const;
  if (isKnown) send(step, { device }, [looseFrame(id, say)]);
  return line;
}

const HUNG_UP = { type: 'hangup', reason: 'hung-up' } as const;

/** Last thing in a step: says and claims what is now evident, and acknowledges what was taken and not answered. */
function acknowledge(step: Step, call: Call): Call {
  if (!isLinked(call)) return call;
  const admitted = withLeg<LinkedCall>(call, admitLocal(step, call.leg, localReach(call)));
  const told = isAccepted(admitted)
    ? withLeg(admitted, tellMedia(step, admitted.own, admitted.leg))
    : admitted;
  if (!told.leg.link.owing) return settle(step, told);
  const [link, frames] = heartbeat(told.leg.link, step.now);
  send(step, link, frames);
  return settle(step, withLeg<LinkedCall>(told, { ...told.leg, link }));
}

/** Which of the peer's addresses in private networks may be tried by now. */
function localReach(call: LinkedCall): LocalReach {
  switch (call.stage) {
    case 'incoming':
      return 'none';
    case 'rung':
    case 'ringing':
      return 'same-network';
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return 'all';
  }
}

/** A call that has just ended is remembered, so that its late frames do nothing and are told so. */
function buryEnded(step: Step, before: Line, line: Line): Line {
  const { call } = line;
  if (call?.stage !== 'ended' || !call.farewell || call === before.call) return line;
  const { device, body } = call.farewell;
  const tombstone = { id: call.id, device, farewell: body, unrung: false };
  return { ...line, tombstones: bury(line.tombstones, tombstone, step.now) };
}
