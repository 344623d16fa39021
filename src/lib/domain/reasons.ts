/** Why a call ended. The words for people are in the message catalogue as `end_reason_*`. */
export const END_REASONS = [
  'hung-up',
  'hung-up-by-peer',
  'declined',
  'declined-by-peer',
  'busy',
  'no-answer',
  'cancelled',
  'cancelled-by-peer',
  'not-found',
  'not-reachable',
  'offline',
  'microphone-refused',
  'microphone-missing',
  'microphone-failed',
  'peer-microphone',
  'connection-failed',
  'connection-lost',
  // It was broken for a minute, and one of the two networks was gone.
  'own-network-lost',
  'peer-network-lost',
  // The peer's page was left or loaded anew, or found no path for a minute.
  'lost-by-peer',
  // Our address is hidden, and there is no TURN relay to go through.
  'hidden-no-relay',
  // The identity key of the contact has changed, and that has not been acknowledged.
  'key-changed',
  // It came, and never rang here for the full minute.
  'missed',
  'unsupported',
  'peer-unsupported',
  'not-secure',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Why a key or an invite link was not accepted. The words are in the catalogue as `link_problem_*`. */
export const LINK_PROBLEMS = [
  'empty',
  'too-long',
  'not-a-link',
  'not-a-key',
  'cut-short',
  'wrong-signature',
  'expired',
  'own-key',
  'already-contact',
  'blocked',
] as const;
export type LinkProblem = (typeof LINK_PROBLEMS)[number];

/** Why a relay was not added. Catalogue: `relay_problem_*`. */
export const RELAY_PROBLEMS = [
  'empty',
  'not-an-address',
  'no-answer',
  'not-a-relay',
  'already-there',
  'too-many',
] as const;
export type RelayProblem = (typeof RELAY_PROBLEMS)[number];

/**
 * Why the words did not restore an identity. Catalogue: `words_problem_*`. `other-key`: they are the words of another
 * key than the one that this browser had.
 */
export const WORDS_PROBLEMS = ['count', 'unknown-word', 'checksum', 'other-key'] as const;
export type WordsProblem = (typeof WORDS_PROBLEMS)[number];

/** Why the browser did not keep or read something. Catalogue: `storage_problem_*`. */
export const STORAGE_FAILURES = [
  // No room is left (`QuotaExceededError`).
  'full',
  // Another tab runs a newer WOXLY and took the database over: reload.
  'superseded',
  // The database is of a newer WOXLY than this page: reload.
  'newer-version',
  // This browser keeps nothing: a private window, a policy, a broken profile.
  'unavailable',
] as const;
export type StorageFailure = (typeof STORAGE_FAILURES)[number];

/** Why the microphone could not be opened. */
export type MicrophoneProblem = 'refused' | 'missing' | 'failed';

/**
 * How reachable this device is. `connecting` while any relay is being dialled, `reachable` with a reservation, `no-room`
 * where relays answer and none has room for one: then we can call, and nobody can call us.
 */
export type NetworkStatus = 'offline' | 'connecting' | 'no-room' | 'reachable';

/** Whether this device has a network. `unclear`: no relay is reached, but it may be the relay that is gone. */
export type OwnNetwork = 'up' | 'down' | 'unclear';
