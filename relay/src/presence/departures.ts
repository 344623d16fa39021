import { LEFT_GRACE_MS } from '../limits/limits.ts';
import type { PresenceStore, StoredPresence } from './presence-store.ts';

/** Notices when publishers go that had handed their records to this relay themselves. */
export interface Departures {
  /** The last connection of a peer has ended. */
  gone(peer: string): void;
  stop(): void;
}

export function createDepartures(init: {
  readonly store: Pick<PresenceStore, 'inPerson' | 'leave'>;
  readonly isConnected: (peer: string) => boolean;
  readonly onLeft: (record: StoredPresence) => void;
}): Departures {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();

  const check = (peer: string): void => {
    waiting.delete(peer);
    if (init.isConnected(peer)) return;
    for (const record of init.store.inPerson(peer)) {
      if (init.store.leave(record.tag, peer, record.expires)) init.onLeft(record);
    }
  };

  return {
    gone(peer) {
      clearTimeout(waiting.get(peer));
      waiting.delete(peer);
      if (init.store.inPerson(peer).length === 0) return;
      waiting.set(
        peer,
        setTimeout(() => check(peer), LEFT_GRACE_MS),
      );
    },
    stop() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
