import { equalBytes, toHex } from '#lib/domain/bytes.ts';
import type { Presence } from '#lib/domain/contact.ts';
import type { Milliseconds, RelayId } from '#lib/domain/ids.ts';
import { PRESENCE_MAX_AHEAD_MS, PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { PersonRecord as PersonRecord } from '../reach/person-records.ts';

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
  #heard: Heard | undefined;
  #lastThere: Milliseconds | undefined;

  /** Whether this is the record we have, byte for byte; if so, one more relay says it. */
  repeats(envelope: PresenceEnvelope, relay: RelayId): boolean {
    if (this.#heard === undefined || !equalBytes(this.#heard.envelope.sealed, envelope.sealed)) {
      return false;
    }
    // A relay that took it back does not make it news by saying it again: they would have published anew.
    this.#heard.witnesses.add(relay);
    return true;
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
    const known = this.#heard;
    const isRemembered = known !== undefined && now < known.at + PRESENCE_MAX_AHEAD_MS;
    if (isRemembered && record.sequence <= known.record.sequence) return false;
    const thereAt = word === 'news' ? now : Math.min(record.issued, now);
    this.#heard = {
      envelope,
      record,
      at: now,
      thereAt,
      witnesses: new Set([relay]),
      left: new Set(),
    };
    this.#wasThere(thereAt);
    return true;
  }

  /** A relay that has said that they are there takes it back; `false` if it has not, or for another day's tag. */
  leave(relay: RelayId, tag: string, now: Milliseconds, word: Word): boolean {
    const heard = this.#heard;
    if (!heard?.witnesses.has(relay) || heard.left.has(relay)) return false;
    if (toHex(heard.envelope.tag) !== tag) return false;
    heard.left.add(relay);
    if (word === 'news' && this.#isOn(heard)) this.#wasThere(now);
    return true;
  }

  /** When they were last there, unless they do not want that to be seen. */
  get lastThere(): Milliseconds | undefined {
    return this.#heard?.record.hidden === true ? undefined : this.#lastThere;
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
    const heard = this.#heard;
    if (alive.size === 0 || heard?.record.hidden === true) return { state: 'unknown' };
    if (heard !== undefined && now < onlineUntil(heard) && this.#isOn(heard) && !gone(heard, alive))
      return { state: 'online' };
    if (heard === undefined && !settled) return { state: 'unknown' };
    const at = Math.max(this.#lastThere ?? -Infinity, seen ?? -Infinity);
    return now < at + SEEN_MS ? { state: 'seen', at } : { state: 'unreachable' };
  }

  /** When {@link presence} may change by itself. */
  nextChange(now: Milliseconds, seen: Milliseconds | undefined): Milliseconds {
    const at = Math.max(this.#lastThere ?? -Infinity, seen ?? -Infinity) + SEEN_MS;
    const until = this.#heard === undefined ? -Infinity : onlineUntil(this.#heard);
    return Math.min(...[until, at].filter((time) => time > now));
  }

  /** Whether the record says that they are there: one that names no relay says goodbye. */
  #isOn({ record }: Heard): boolean {
    return record.relays.length > 0;
  }

  #wasThere(at: Milliseconds): void {
    this.#lastThere = Math.max(at, this.#lastThere ?? -Infinity);
  }
}

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
