import type { RelayAddress } from '#lib/domain/ids.ts';

interface Missing {
  /** Records in a row that the relay has not taken, since it was dialled anew for that. */
  records: number;
  /** How many there must be until it is dialled anew. */
  most: number;
}

/** The first time a relay is dialled anew it has missed so many records in a row, and each time twice as many. */
const MISSED_FIRST = 2;

/**
 * Counts the records that relays miss. A relay that takes none may have a connection that is dead without knowing it,
 * or one without gossipsub's stream, which is opened once: it is dialled anew, less and less often.
 */
export class MissedRecords {
  readonly #missing = new Map<RelayAddress, Missing>();

  taken(relay: RelayAddress): void {
    this.#missing.delete(relay);
  }

  missed(relay: RelayAddress): void {
    const { records, most } = this.#missing.get(relay) ?? { records: 0, most: MISSED_FIRST };
    this.#missing.set(relay, { records: records + 1, most });
  }

  /** Whether it is time to dial a relay anew. If so it is believed to be done. */
  isTimeToRedial(relay: RelayAddress): boolean {
    const missing = this.#missing.get(relay);
    if (missing === undefined || missing.records < missing.most) return false;
    this.#missing.set(relay, { records: 0, most: 2 * missing.most });
    return true;
  }
}
