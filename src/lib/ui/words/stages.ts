import { m } from '#lib/messages/messages.js';
import type { OngoingCallView } from '#lib/state/views.ts';
import { namedPeer, nameOf, quotedNameOf } from './people.ts';

/** The first word of the call's status. */
export const STAGE_WORDS: Record<OngoingCallView['stage'], () => string> = {
  finding: m.stage_finding,
  reaching: m.stage_reaching,
  ringing: m.stage_ringing,
  connecting: m.stage_connecting,
  connected: m.stage_connected,
  reconnecting: m.stage_reconnecting,
};

const STAGE_TEXTS: Record<OngoingCallView['stage'], (peer: { name: string }) => string> = {
  finding: m.stage_finding_text,
  reaching: m.stage_reaching_text,
  ringing: m.stage_ringing_text,
  connecting: m.stage_connecting_text,
  connected: () => '',
  reconnecting: m.stage_reconnecting_text,
};

/** One sentence about the stage; empty where the stage says it all. */
export function stageText(call: OngoingCallView): string {
  if (call.stage === 'reconnecting' && call.broken) {
    const { cause } = call.broken;
    if (cause === 'own-network') return m.broken_own();
    if (cause === 'peer-network') return m.broken_peer({ name: nameOf(call.peer) });
  }
  if (call.patient && (call.stage === 'finding' || call.stage === 'reaching')) {
    return m.patient_text();
  }
  const answered = call.direction === 'incoming' && call.stage === 'connecting';
  if (answered) return m.stage_connecting_incoming_text();
  return STAGE_TEXTS[call.stage]({ name: quotedNameOf(namedPeer(call.peer)) });
}
