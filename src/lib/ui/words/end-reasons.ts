import type { EndReason } from '#lib/domain/reasons.ts';
import { m } from '#lib/messages/messages.js';

/** Why a call ended, in a sentence that stands by itself. A new reason does not compile without words. */
export const END_REASON_WORDS: Record<EndReason, () => string> = {
  'hung-up': m.end_hung_up,
  'hung-up-by-peer': m.end_hung_up_by_peer,
  declined: m.end_declined,
  'declined-by-peer': m.end_declined_by_peer,
  busy: m.end_busy,
  'no-answer': m.end_no_answer,
  cancelled: m.end_cancelled,
  'cancelled-by-peer': m.end_cancelled_by_peer,
  'not-found': m.end_not_found,
  'not-reachable': m.end_not_reachable,
  offline: m.end_offline,
  'microphone-refused': m.end_microphone_refused,
  'microphone-missing': m.end_microphone_missing,
  'microphone-failed': m.end_microphone_failed,
  'peer-microphone': m.end_peer_microphone,
  'connection-failed': m.end_connection_failed,
  'connection-lost': m.end_connection_lost,
  'own-network-lost': m.end_own_network_lost,
  'peer-network-lost': m.end_peer_network_lost,
  'lost-by-peer': m.end_lost_by_peer,
  unsupported: m.end_unsupported,
  'peer-unsupported': m.end_peer_unsupported,
  'not-secure': m.end_not_secure,
  'hidden-no-relay': m.end_hidden_no_relay,
  'key-changed': m.end_key_changed,
  missed: m.end_missed,
};

const nothing = () => '';

/** What there is to do about it, and who the other is; empty where there is nothing to do. */
export const END_REASON_ADVICE: Record<EndReason, (peer: { name: string }) => string> = {
  'hung-up': nothing,
  'hung-up-by-peer': nothing,
  declined: nothing,
  'declined-by-peer': nothing,
  busy: m.advice_busy,
  'no-answer': m.advice_no_answer,
  cancelled: nothing,
  'cancelled-by-peer': nothing,
  'not-found': m.advice_not_found,
  'not-reachable': m.advice_not_reachable,
  offline: m.advice_offline,
  'microphone-refused': m.advice_microphone_refused,
  'microphone-missing': m.advice_microphone_missing,
  'microphone-failed': m.advice_microphone_failed,
  'peer-microphone': m.advice_peer_microphone,
  'connection-failed': m.advice_connection_failed,
  'connection-lost': m.advice_connection_lost,
  'own-network-lost': m.advice_own_network_lost,
  'peer-network-lost': m.advice_peer_network_lost,
  'lost-by-peer': m.advice_lost_by_peer,
  unsupported: m.advice_unsupported,
  'peer-unsupported': m.advice_peer_unsupported,
  'not-secure': m.advice_not_secure,
  'hidden-no-relay': m.advice_hidden_no_relay,
  'key-changed': m.advice_key_changed,
  missed: nothing,
};
