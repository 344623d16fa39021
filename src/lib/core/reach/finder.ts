import { WoxlyError } from '#lib/domain/errors.ts';
import type { IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import { DEVICES_MAX } from '#lib/protocol/limits.ts';
import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { limited } from '../limited.ts';
import { areOfOneDevice, leavesOut, newestRecords, presenceQuestion } from './person-records.ts';
import type { PersonRecord } from './person-records.ts';

/** How long a relay may take to answer a lookup, ms. */
const ANSWER_TIMEOUT_MS = 5_000;
/** People whose verified records are kept for the next call. */
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
  /** Verified records that are still fresh, one a device, without asking anybody. */
  cached(person: IdentityKey): readonly PersonRecord[];
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
  const cache = new Map<IdentityKey, readonly PersonRecord[]>();
  // What is over stands in nobody's way, however high its number is.
  const fresh = (person: IdentityKey): readonly PersonRecord[] =>
    (cache.get(person) ?? []).filter(({ expires }) => expires > clock.now());

  return {
    cached: fresh,

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
        const records = await newestRecords(answer, person, clock.now(), minEpoch(person));
        for (const record of records) if (take(person, record)) onPresence(record);
      };
      const asked = await Promise.allSettled(relays.slice(0, RELAYS_MAX).map(ask));
      return asked.some(({ status }) => status === 'fulfilled');
    },
  };

  /** Whether it is as new as what is known: a relay that plays an older one back does not lead us to where they were. */
  function take(person: IdentityKey, presence: PersonRecord): boolean {
    if (presence.expires <= clock.now()) return false;
    const known = fresh(person);
    if (known.some((one) => leavesOut(one, presence))) return false;
    const rivals = known.filter((one) => areOfOneDevice(one, presence));
    if (rivals.some(({ sequence }) => sequence > presence.sequence)) return false;
    const others = known
      .filter((one) => !rivals.includes(one) && !leavesOut(presence, one))
      .slice(0, DEVICES_MAX - 1);
    cache.delete(person);
    cache.set(person, [presence, ...others]);
    const [oldest] = cache.keys();
    if (cache.size > CACHE_MAX && oldest !== undefined) cache.delete(oldest);
    onSeen(person, presence);
    return true;
  }
}
