import type { CallBody } from '#lib/protocol/call-frame.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { Ring } from '../event.ts';
import { newLeg, privacyFor } from '../leg/leg.ts';
import type { LinkedLeg, Privacy } from '../leg/leg.ts';
import { heartbeat, looseFrame, newLink, receive } from '../leg/link.ts';
import { say } from '../leg/speak.ts';
import { send } from '../step.ts';
import type { Step } from '../step.ts';
import { RINGING_MS } from '../timing.ts';
import { isUntimely } from '../ways/ring-check.ts';
import { end, recordMissed } from './end.ts';
import type { Line } from './line.ts';
import { onFrame } from './on-frame.ts';
import { openPath } from './on-press.ts';
import { NOTHING_OWN } from './own.ts';
import { baseOf, isLinked, withLeg } from './state.ts';
import type { Answering, Incoming, LinkedCall, LiveCall, PreparingCall, Rung } from './state.ts';
import { bury, findTombstone } from './tombstones.ts';

/** Somebody rings. In this order: known calls, people who may not ring, late rings, a busy line, glare. */
export function onRing(step: Step, line: Line, ring: Ring): Line {
  const { call } = line;
  const over = findTombstone(line.tombstones, ring.id, ring.device, step.now);
  if (over?.unrung) return onRingAfterCancel(step, line, ring);
  if (over !== undefined) {
    if (over.farewell) send(step, ring, [looseFrame(ring.id, over.farewell)]);
    // A patient caller rings on for longer than a call is remembered.
    return { ...line, tombstones: bury(line.tombstones, over, step.now) };
  }
  if (call && isLinked(call) && call.id === ring.id && call.leg.link.device === ring.device) {
    const frame = { ...ring.frame, callId: ring.id, body: ring.body };
    return { ...line, call: onFrame(step, call, frame, 'channel') };
  }
  if (ring.frame.sequence !== 1) return line; // A RING opens its call; this is not one.

  const { trust } = ring.peer;
  if (trust === 'blocked') return refuse(step, line, ring);
  if (!ring.isForUs) {
    // Somebody named this device as theirs; a stranger hears nothing of whose it is.
    const say = { type: 'decline', reason: 'somebody-else' } as const;
    return refuse(step, line, ring, trust === 'stranger' && !ring.strangersMayRing ? {} : { say });
  }
  if (trust === 'stranger' && !ring.strangersMayRing) {
    return refuse(step, line, ring, { missed: 'missed' });
  }
  // Somebody else may stand behind the new key.
  if (ring.keyChanged) return refuse(step, line, ring, { missed: 'key-changed' });
  if (isUntimely(ring.body, step.now)) {
    const say = { type: 'decline', reason: 'no-answer' } as const;
    return refuse(step, line, ring, { missed: 'missed', say });
  }
  if (!ring.supported) {
    const say = { type: 'decline', reason: 'unsupported' } as const;
    return refuse(step, line, ring, { missed: 'unsupported', say });
  }
  if (call === undefined || call.stage === 'ended') return ringHere(step, line, ring);
  // From a device that is not taken for theirs it is a stranger who rings, although the key is the same.
  const isSame = call.peer.key === ring.peer.key;
  if (isSame && (trust !== 'stranger' || call.peer.trust === 'stranger')) {
    return onRingOfSamePerson(step, line, call, ring);
  }
  if (call.stage === 'incoming' && call.peer.trust === 'stranger' && trust !== 'stranger') {
    // Strangers who ring cannot keep contacts out.
    const say = { type: 'decline', reason: 'no-answer' } as const;
    const ended = end(step, call, 'missed', { say });
    step.effects.push({ to: 'line', do: 'ring-now', ring });
    return { ...line, call: ended };
  }
  // A stranger is not told that the line is busy: it would tell when this person talks.
  const busy = { type: 'decline', reason: 'busy' } as const;
  return refuse(step, line, ring, { missed: 'busy', ...(trust !== 'stranger' && { say: busy }) });
}

interface Refusal {
  /** The history gets a missed call with this reason. */
  readonly missed?: EndReason;
  /** What the caller hears, now and whenever it rings again. Without it: complete silence. */
  readonly say?: CallBody;
}

function refuse(step: Step, line: Line, ring: Ring, refusal: Refusal = {}): Line {
  const { id, device } = ring;
  // The true time of a late call; never one in the future.
  const started = Math.min(ring.body.issued, step.now);
  if (refusal.missed) recordMissed(step, ring, started, refusal.missed);
  if (refusal.say) send(step, ring, [looseFrame(id, refusal.say)]);
  const tombstone = { id, device, farewell: refusal.say, unrung: false };
  return { ...line, tombstones: bury(line.tombstones, tombstone, step.now) };
}

/** The call was cancelled before its RING came: missed, unless we are talking to that person anyway. */
function onRingAfterCancel(step: Step, line: Line, ring: Ring): Line {
  const { peer, strangersMayRing } = ring;
  const together = line.call?.stage !== 'ended' && line.call?.peer.key === peer.key;
  const welcome = peer.trust !== 'blocked' && (peer.trust !== 'stranger' || strangersMayRing);
  const missed = ring.keyChanged ? 'key-changed' : 'cancelled-by-peer';
  return refuse(step, line, ring, welcome && !together ? { missed } : {});
}

function ringHere(step: Step, line: Line, ring: Ring): Line {
  const { id, peer, certificate } = ring;
  const privacy = privacyFor(peer.trust, ring.hidden, ring.turnAvailable);
  const leg = legOf(step, ring, privacy, ring.self > peer.key);
  const incoming: Incoming = {
    stage: 'incoming',
    id,
    direction: 'incoming',
    peer,
    started: step.now,
    own: NOTHING_OWN,
    leg: say(step, leg, { type: 'ringing', certificate }),
    patient: false,
    offer: ring.body.offer,
    answer: 'none',
    certificate,
    deadline: step.now + RINGING_MS,
  };
  return { ...line, call: privacy.warm ? openPath(step, incoming, true) : incoming };
}

function legOf(step: Step, ring: Ring, privacy: Privacy, polite: boolean): LinkedLeg {
  const [link] = receive(newLink(ring.id, ring.device, step.now), ring.frame, step.now);
  return { ...newLeg(ring.id, privacy, polite), link };
}

function onRingOfSamePerson(step: Step, line: Line, call: LiveCall, ring: Ring): Line {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return giveWay(step, line, call, ring);
    case 'rung':
      // Both rang: the call of the lower key goes on. The other side will hear our RING and give way.
      if (call.leg.polite) return giveWay(step, line, call, ring);
      if (call.leg.link.acknowledged === 0) return line;
      return probe(step, line, call, ring);
    case 'ringing':
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return probe(step, line, call, ring);
  }
}

/**
 * Somebody we are in a call with rings anew. Either that RING is an old one, late, or their side of our call is gone.
 * Only they know: a heartbeat asks. If our call is over there, its HANGUP ends it here, and the RING, which is not
 * acknowledged now, comes again and rings.
 */
function probe(step: Step, line: Line, call: LinkedCall, ring: Ring): Line {
  // From another of their devices it is a second call, not a second life of this one.
  if (call.leg.link.device !== ring.device) {
    const busy = { type: 'decline', reason: 'busy' } as const;
    return refuse(step, line, ring, { missed: 'busy', say: busy });
  }
  const [link, frames] = heartbeat(call.leg.link, step.now);
  send(step, link, frames);
  return { ...line, call: withLeg<LinkedCall>(call, { ...call.leg, link }) };
}

/** Both pressed Call, and theirs goes on: it is accepted without ringing, as both persons want it. */
function giveWay(step: Step, line: Line, call: PreparingCall | Rung, ring: Ring): Line {
  let { tombstones } = line;
  if (call.stage === 'rung') {
    const cancel = { type: 'cancel' } as const;
    const { device } = call.leg.link;
    send(step, call.leg.link, [looseFrame(call.id, cancel)]);
    tombstones = bury(
      tombstones,
      { id: call.id, device, farewell: cancel, unrung: false },
      step.now,
    );
  }
  const { id, privacy, polite } = call.leg;
  step.effects.push({ to: 'path', leg: id, do: 'close-path' }, { to: 'way', do: 'stop-search' });
  const lost = call.own.microphone === 'lost';
  if (lost) step.effects.push({ to: 'microphone', do: 'open-microphone' });
  const microphone = lost ? 'opening' : call.own.microphone;
  const incoming: Incoming = {
    ...baseOf(call),
    stage: 'incoming',
    id: ring.id,
    own: { ...call.own, playBlocked: false, microphone },
    leg: legOf(step, ring, privacy, polite),
    patient: false,
    offer: ring.body.offer,
    answer: 'none',
    certificate: ring.certificate,
    deadline: step.now + RINGING_MS,
  };
  const answering: Answering = { ...openPath(step, incoming), stage: 'answering' };
  return { ...line, tombstones, call: answering };
}
