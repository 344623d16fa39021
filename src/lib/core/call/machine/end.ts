import type { CallRecord } from '#lib/domain/call.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import { looseFrame } from '../leg/link.ts';
import { send } from '../step.ts';
import type { Step } from '../step.ts';
import { isLinked } from './state.ts';
import type { Ended, LinkedCall, LiveCall } from './state.ts';

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
    send(step, call.leg.link, [looseFrame(id, body, call.leg.link.received)]);
  }
  const record = { id, peer: peer.key, peerName: peer.name, direction, started, reason, missed };
  step.effects.push(
    { to: 'history', do: 'record', record: recordOf(record, step.now, connected) },
    { to: 'line', do: 'finish', id },
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
    farewell: isLinked(call) ? { device: call.leg.link.device, body } : undefined,
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
  step.effects.push({ to: 'history', do: 'record', record });
}
