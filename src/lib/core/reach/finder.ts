import { WoxlyError } from '#lib/domain/errors.ts';
import type { IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { limited } from '../limited.ts';
import { newestPresence, presenceQuestion } from './person-records.ts';
import type { PersonRecord } from './person-records.ts';

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
  readonly onSeen: (person: IdentityKey, presence: PersonRecord) => void;
}

/** Finds where a person is now by their key. */
export interface Finder {
  /** A verified record that is still fresh, without asking anybody. */
  cached(person: IdentityKey): PersonRecord | undefined;
  /** Takes in a verified record that came another way. */
  learn(person: IdentityKey, presence: PersonRecord): void;
  /**
   * Asks these relays, all at once, and reports each record that is genuine, fresh and newer than those before.
   * Resolves when all have answered or failed: whether any answered with what is an answer.
   */
  lookup(
    person: IdentityKey,
    relays: readonly RelayAddress[],
    signal: AbortSignal,
    onPresence: (presence: PersonRecord) => void,
  ): Promise<boolean>;
}

export function createFinder({ clock, network, minEpoch, onSeen }: FinderPorts): Finder {
  const cache = new Map<IdentityKey, PersonRecord>();

  return {
    cached(person) {
      const presence = cache.get(person);
      return presence !== undefined && presence.expires > clock.now() ? presence : undefined;
    },

    learn(person, presence) {
      take(person, presence);
    },

    async lookup(person, relays, signal, onPresence) {
      const question = await presenceQuestion(person, clock.now());
      const ask = async (relay: RelayAddress) => {
        const { signal: until, end } = limited(clock, ANSWER_TIMEOUT_MS, signal);
        const asked = network.ask(relay, LOOKUP_PROTOCOL, question, until);
        const answer = await asked.finally(end);
        // Nonsense is no answer: somebody else may have one.
        if (LOOKUP_RESPONSE.decode(answer) === undefined) throw new WoxlyError('unreachable');
        const presence = await newestPresence(answer, person, clock.now(), minEpoch(person));
        if (presence !== undefined && take(person, presence)) onPresence(presence);
      };
      const asked = await Promise.allSettled(relays.slice(0, RELAYS_MAX).map(ask));
      return asked.some(({ status }) => status === 'fulfilled');
    },
  };

  /** Whether it is as new as what is known: a relay that plays an older one back does not lead us to where they were. */
  function take(person: IdentityKey, presence: PersonRecord): boolean {
    const known = cache.get(person);
    if (presence.expires <= clock.now()) return false;
    // What is over stands in nobody's way, however high its number is.
    const isFresh = known !== undefined && known.expires > clock.now();
    if (isFresh && known.sequence > presence.sequence) return false;
    remember(person, presence);
    return true;
  }

  function remember(person: IdentityKey, presence: PersonRecord): void {
    cache.delete(person);
    cache.set(person, presence);
    const [oldest] = cache.keys();
    if (cache.size > CACHE_MAX && oldest !== undefined) cache.delete(oldest);
    onSeen(person, presence);
  }
}
