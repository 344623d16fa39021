import type { EndReason } from '#lib/domain/reasons.ts';

/** What there is to do about a call that is over, besides closing it. */
interface AfterEnd {
  /** `patient`: it goes on looking for the person until both can be reached; `when-online`: so too, and it is they who are away. */
  readonly again: 'now' | 'patient' | 'when-online';
  /** Whether the connection doctor can say more. */
  readonly doctor: boolean;
}

const LOST: AfterEnd = { again: 'patient', doctor: true };
const AWAY: AfterEnd = { again: 'when-online', doctor: true };
const CONNECTION: AfterEnd = { again: 'now', doctor: true };

const AFTER: Partial<Record<EndReason, AfterEnd>> = {
  'connection-lost': LOST,
  'own-network-lost': LOST,
  'peer-network-lost': AWAY,
  'lost-by-peer': AWAY,
  'connection-failed': LOST,
  'not-reachable': AWAY,
  'not-found': AWAY,
  offline: CONNECTION,
  'hidden-no-relay': CONNECTION,
  'microphone-failed': CONNECTION,
  'microphone-missing': CONNECTION,
  'microphone-refused': CONNECTION,
};

export const afterEnd = (reason: EndReason): AfterEnd =>
  AFTER[reason] ?? { again: 'now', doctor: false };
