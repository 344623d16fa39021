import type { CallRecord } from '#lib/domain/call.ts';
import type { DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody, CallFrame } from '#lib/protocol/call-frame.ts';
import type { Candidate } from '#lib/ports/media.ts';
import type { Effect } from './effect.ts';
import { isLinked } from './state.ts';
import type { Ended, LinkedCall, LiveCall } from './state.ts';
import { described, hold } from './descriptions.ts';
import { looseFrame, queue } from './link.ts';

/** One step of the machine under way: the time of its event, and the effects so far. The verbs below add to them. */
export interface Step {
  readonly now: Milliseconds;
  readonly effects: Effect[];
}

export function send(step: Step, device: DeviceKey, frames: readonly CallFrame[]): void {
  for (const frame of frames) step.effects.push({ do: 'send', device, frame });
}

/** Says something that must arrive. */
export function say<C extends LinkedCall>(step: Step, call: C, body: CallBody): C {
  const [link, frames] = queue(call.link, body, step.now);
  send(step, link.device, frames);
  return { ...call, link };
}

export function addCandidates(step: Step, candidates: readonly Candidate[]): void {
  for (const candidate of candidates) step.effects.push({ do: 'add-candidate', candidate });
}

/** One of our candidates, for a peer that may not see it yet. */
export const holdCandidate = <C extends LiveCall>(call: C, candidate: Candidate): C => ({
  ...call,
  descriptions: hold(call.descriptions, candidate),
});

/** The peer may see our addresses from here on. */
export function showCandidates<C extends LinkedCall>(step: Step, call: C): C {
  let next: C = { ...call, descriptions: { ...call.descriptions, held: [] } };
  for (const candidate of call.descriptions.held) {
    next = say(step, next, { type: 'candidate', ...candidate });
  }
  return next;
}

/** The peer's description is in place. */
export function describe<C extends LiveCall>(step: Step, call: C): C {
  const [descriptions, add] = described(call.descriptions);
  addCandidates(step, add);
  return { ...call, descriptions };
}

/** What the peer is told when the call ends here. */
function parting(call: LinkedCall): CallBody {
  switch (call.stage) {
    case 'rung':
    case 'ringing':
      return { type: 'cancel' };
    case 'incoming':
    case 'answering':
      return { type: 'decline', reason: 'declined' };
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return { type: 'hangup', reason: 'hung-up' };
  }
}

export interface Ending {
  /** What to tell the peer, where the usual words do not fit. */
  readonly say?: CallBody;
  /** The peer ended it: it is told nothing, unless it still speaks later. */
  readonly byPeer?: true;
  /** What the peer wrote. */
  readonly note?: string;
  /** The person here refused the call knowingly: it is not a missed one. */
  readonly refused?: true;
  /** The peer is told nothing, now or later. */
  readonly silent?: true;
}

/** Ends a call: tells the peer, writes the history, lets go of everything. */
export function end(step: Step, call: LiveCall, reason: EndReason, ending: Ending = {}): Ended {
  const { id, direction, peer, started } = call;
  const connected = 'connected' in call ? call.connected : undefined;
  const missed = call.stage === 'incoming' && ending.refused !== true;
  const body = isLinked(call) && !ending.silent ? (ending.say ?? parting(call)) : undefined;
  if (isLinked(call) && body && !ending.byPeer) {
    send(step, call.link.device, [looseFrame(id, body, call.link.received)]);
  }
  const record = { id, peer: peer.key, peerName: peer.name, direction, started, reason, missed };
  step.effects.push(
    { do: 'record', record: recordOf(record, step.now, connected) },
    { do: 'finish', id },
  );
  return {
    stage: 'ended',
    id,
    direction,
    peer,
    started,
    connected,
    reason,
    ended: step.now,
    note: ending.note,
    accepted: wasAccepted(call),
    farewell: isLinked(call) ? { device: call.link.device, body } : undefined,
  };
}

function wasAccepted(call: LiveCall): boolean {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
    case 'incoming':
      return false;
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return true;
  }
}

function recordOf(
  record: Omit<CallRecord, 'connected' | 'ended' | 'seen'>,
  ended: Milliseconds,
  connected: Milliseconds | undefined,
): CallRecord {
  return { ...record, ended, seen: !record.missed, ...(connected !== undefined && { connected }) };
}

/** A call that never rang here. */
export function recordMissed(
  step: Step,
  call: Pick<LiveCall, 'id' | 'peer'>,
  started: Milliseconds,
  reason: EndReason,
): void {
  const { id, peer } = call;
  const line = { id, peer: peer.key, peerName: peer.name, started, reason };
  const record = recordOf({ ...line, direction: 'incoming', missed: true }, step.now, undefined);
  step.effects.push({ do: 'record', record });
}
