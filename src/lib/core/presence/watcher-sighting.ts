import { equalBytes, toHex } from '#lib/domain/bytes.ts';
import type { Presence } from '#lib/domain/contact.ts';
import type { Milliseconds, RelayId } from '#lib/domain/ids.ts';
import { DEVICES_MAX, PRESENCE_MAX_AHEAD_MS, PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { areOfOneDevice, leavesOut } from '../reach/person-records.ts';
import type { PersonRecord } from '../reach/person-records.ts';

/**
 * How long after a record somebody counts as there, ms. Records are renewed after a third of their life, 20 % of that
 * later at most (`publisher.ts`); a minute more is for retries.
 */
export const ONLINE_MS = (PRESENCE_TTL_MS / 3) * 1.2 + 60_000;
/** How long somebody counts as seen lately, ms. */
export const SEEN_MS = 24 * 3_600_000;

/** How a relay's word came: as news, or as what it already had when it was asked, so that nobody knows since when. */
export type Word = 'news' | 'history';

interface Heard {
  readonly envelope: PresenceEnvelope;
  readonly record: PersonRecord;
  readonly at: Milliseconds;
  /** When the person was there for certain: now for news; by their own clock for history, and never after now. */
  readonly thereAt: Milliseconds;
  /** Relays that have said it; `left`: that have taken it back since. */
  readonly witnesses: Set<RelayId>;
  readonly left: Set<RelayId>;
}

/** What relays have told of one person, and what follows from it. */
export class Sighting {
  /** The newest of each of their devices. */
  #heard: readonly Heard[] = [];
  #lastThere: Milliseconds | undefined;

  /** Whether this is the record we have, byte for byte; if so, one more relay says it. */
  repeats(envelope: PresenceEnvelope, relay: RelayId): boolean {
    const same = this.#heard.find((one) => equalBytes(one.envelope.sealed, envelope.sealed));
    // A relay that took it back does not make it news by saying it again: they would have published anew.
    same?.witnesses.add(relay);
    return same !== undefined;
  }

  /**
   * Takes in a genuine record; `false` for one that is not newer than what we have, a replay for instance. What we
   * have counts for as long as an older one could still be fresh, and no longer: who once had a clock far ahead is
   * not lost.
   */
  hear(
    relay: RelayId,
    envelope: PresenceEnvelope,
    record: PersonRecord,
    now: Milliseconds,
    word: Word,
  ): boolean {
    if (this.#heard.some((one) => leavesOut(one.record, record))) return false;
    const known = this.#heard.filter((one) => areOfOneDevice(one.record, record));
    const remembered = known.filter(({ at }) => now < at + PRESENCE_MAX_AHEAD_MS);
    if (remembered.some((one) => record.sequence <= one.record.sequence)) return false;
    const thereAt = word === 'news' ? now : Math.min(record.issued, now);
    const heard = { envelope, record, at: now, thereAt };
    const others = this.#heard
      .filter((one) => !known.includes(one) && !leavesOut(record, one.record))
      .slice(0, DEVICES_MAX - 1);
    this.#heard = [{ ...heard, witnesses: new Set([relay]), left: new Set() }, ...others];
    this.#wasThere(thereAt);
    return true;
  }

  /** A relay that has said that they are there takes it back; `false` if it has not, or for another day's tag. */
  leave(relay: RelayId, tag: string, now: Milliseconds, word: Word): boolean {
    // It takes all that it has under the tag to have left.
    const said = this.#heard.filter(
      ({ witnesses, left, envelope }) =>
        witnesses.has(relay) && !left.has(relay) && toHex(envelope.tag) === tag,
    );
    for (const heard of said) {
      heard.left.add(relay);
      if (word === 'news' && isOn(heard)) this.#wasThere(now);
    }
    return said.length > 0;
  }

  /** When they were last there, unless they do not want that to be seen. */
  get lastThere(): Milliseconds | undefined {
    return this.#isHidden ? undefined : this.#lastThere;
  }

  /**
   * @param alive Relays that tell us of changes now.
   * @param settled Whether any of them has had the time to tell what it knows, so that its silence means something.
   * @param seen When they were seen before this page was loaded.
   */
  presence(
    now: Milliseconds,
    alive: ReadonlySet<RelayId>,
    settled: boolean,
    seen: Milliseconds | undefined,
  ): Presence {
    if (alive.size === 0 || this.#isHidden) return { state: 'unknown' };
    const there = (heard: Heard) => now < onlineUntil(heard) && isOn(heard) && !gone(heard, alive);
    if (this.#heard.some(there)) return { state: 'online' };
    if (this.#heard.length === 0 && !settled) return { state: 'unknown' };
    const at = Math.max(this.#lastThere ?? -Infinity, seen ?? -Infinity);
    return now < at + SEEN_MS ? { state: 'seen', at } : { state: 'unreachable' };
  }

  /** When {@link presence} may change by itself. */
  nextChange(now: Milliseconds, seen: Milliseconds | undefined): Milliseconds {
    const at = Math.max(this.#lastThere ?? -Infinity, seen ?? -Infinity) + SEEN_MS;
    const until = this.#heard.map(onlineUntil);
    return Math.min(...[...until, at].filter((time) => time > now));
  }

  /** What they chose last, on whichever device. */
  get #isHidden(): boolean {
    const [newest] = this.#heard.toSorted((a, b) => b.record.sequence - a.record.sequence);
    return newest?.record.hidden === true;
  }

  #wasThere(at: Milliseconds): void {
    this.#lastThere = Math.max(at, this.#lastThere ?? -Infinity);
  }
}

/** Whether the record says that they are there: one that names no relay says goodbye. */
const isOn = ({ record }: Heard): boolean => record.relays.length > 0;

const onlineUntil = ({ record, thereAt }: Heard): Milliseconds =>
  Math.min(record.expires, thereAt + ONLINE_MS);

/**
 * Whether everybody who can tell says that they have left. Best can tell the relays that the record names, which they
 * are connected to; others only pass on what they heard. A relay that we do not hear any more cannot take it back.
 */
function gone({ record, witnesses, left }: Heard, alive: ReadonlySet<RelayId>): boolean {
  const named = new Set(record.relays.map(relayIdOf));
  const heard = [...witnesses].filter((relay) => alive.has(relay));
  const direct = heard.filter((relay) => named.has(relay));
  const [deciding = [...witnesses]] = [direct, heard].filter((relays) => relays.length > 0);
  return deciding.every((relay) => left.has(relay));
}
