import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { newestPresence, presenceQuestion } from './person-records.ts';
import type { Presence } from './person-records.ts';

/** How long a relay may take to answer a lookup, ms. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Verified records kept for the next call. */
const CACHE_MAX = 256;
/** Relays asked in one lookup: one's own, and those that an invite names. */
const RELAYS_MAX = 8;

export interface FinderPorts {
  readonly clock: Clock;
  readonly network: Pick<PeerNetwork, 'ask'>;
  /** The lowest device list epoch to accept for this person; 0 for who was never met. */
  readonly minEpoch: (person: IdentityKey) => number;
  /** A newer verified record was seen. */
  readonly onSeen: (person: IdentityKey, presence: Presence) => void;
}

/** Finds where a person is now by their key. */
export interface Finder {
  /** A verified record that is still fresh, without asking anybody. */
  cached(person: IdentityKey): Presence | undefined;
  /**
   * Asks these relays, all at once, and reports each record that is genuine, fresh and newer than those before.
   * Resolves when all have answered or failed: whether any answered.
   */
  lookup(
    person: IdentityKey,
    relays: readonly string[],
    signal: AbortSignal,
    onPresence: (presence: Presence) => void,
  ): Promise<boolean>;
}

export function createFinder({ clock, network, minEpoch, onSeen }: FinderPorts): Finder {
  const cache = new Map<IdentityKey, Presence>();

  return {
    cached(person) {
      const presence = cache.get(person);
      return presence !== undefined && presence.expires > clock.now() ? presence : undefined;
    },

    async lookup(person, relays, signal, onPresence) {
      const question = await presenceQuestion(person, clock.now());
      const ask = async (relay: string) => {
        const answer = await network.ask(relay, LOOKUP_PROTOCOL, question, limited(signal));
        const presence = await newestPresence(answer, person, clock.now(), minEpoch(person));
        const known = cache.get(person);
        if (presence === undefined || presence.expires <= clock.now()) return;
        if (known !== undefined && known.sequence > presence.sequence) return;
        remember(person, presence);
        onPresence(presence);
      };
      const asked = await Promise.allSettled(relays.slice(0, RELAYS_MAX).map(ask));
      return asked.some(({ status }) => status === 'fulfilled');
    },
  };

  function limited(signal: AbortSignal): AbortSignal {
    const timeout = new AbortController();
    const cancel = clock.after(ANSWER_TIMEOUT_MS, () => {
      timeout.abort();
    });
    signal.addEventListener('abort', cancel, { once: true });
    return AbortSignal.any([signal, timeout.signal]);
  }

  function remember(person: IdentityKey, presence: Presence): void {
    cache.delete(person);
    cache.set(person, presence);
    const [oldest] = cache.keys();
    if (cache.size > CACHE_MAX && oldest !== undefined) cache.delete(oldest);
    onSeen(person, presence);
  }
}
