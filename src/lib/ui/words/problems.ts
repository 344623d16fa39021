import type { LinkProblem, NetworkStatus, WordsProblem } from '#lib/domain/reasons.ts';
import { m } from '#lib/messages/messages.js';

/** Why a key or a link was not taken, and what to do. */
export const LINK_PROBLEM_WORDS: Record<LinkProblem, () => string> = {
  empty: m.link_problem_empty,
  'too-long': m.link_problem_too_long,
  'not-a-link': m.link_problem_not_a_link,
  'not-a-key': m.link_problem_not_a_key,
  'cut-short': m.link_problem_cut_short,
  'wrong-signature': m.link_problem_wrong_signature,
  expired: m.link_problem_expired,
  'own-key': m.link_problem_own_key,
  'already-contact': m.link_problem_already_contact,
  blocked: m.link_problem_blocked,
};

/** Why the recovery words brought nothing back. */
export const WORDS_PROBLEM_WORDS: Record<WordsProblem, () => string> = {
  count: m.words_problem_count,
  'unknown-word': m.words_problem_unknown_word,
  checksum: m.words_problem_checksum,
  'other-key': m.words_problem_other_key,
};

/** How reachable this device is; the first word of the network status. */
export const NETWORK_WORDS: Record<NetworkStatus, () => string> = {
  offline: m.net_offline,
  connecting: m.net_connecting,
  reachable: m.net_reachable,
  'no-room': m.net_no_room,
};

/** Why WOXLY cannot run in this browser. */
export const UNSUPPORTED_WORDS: Record<'insecure' | 'webcrypto' | 'indexeddb', () => string> = {
  insecure: m.unsupported_insecure,
  webcrypto: m.unsupported_webcrypto,
  indexeddb: m.unsupported_indexeddb,
};
