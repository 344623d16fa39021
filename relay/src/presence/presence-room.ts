import { PRESENCE_OF_ADDRESS_LEAST_BYTES, PRESENCE_OF_ADDRESS_SHARE } from '../limits/limits.ts';
import type { Share } from '../limits/share.ts';

/** What is to be known of a record. */
interface Occupant {
  /** Whose memory it is. */
  readonly shares: readonly Share[];
  /** Whether its publisher has left. */
  readonly left: boolean;
}

/** What one share of addresses has handed over. */
interface Held<R> {
  readonly times: number;
  bytes: number;
  readonly records: Set<R>;
}

/**
 * Whose memory presence records are. Keys cost nothing, so that a publisher who is gone at once leaves records behind
 * for as long as they live: an address has so much and no more, and when all is full, records of publishers who have
 * left make room first, then those of the address that has most, for one that has less.
 */
export interface PresenceRoom<R> {
  /** Counts a record in (1) or out (-1). */
  count(record: R, cost: number, sign: 1 | -1): void;
  /** Whether so much more may come from an address. */
  fits(shares: readonly Share[], more: number): boolean;
  /** What has to go for so much more from an address, if anything has to. */
  victim(shares: readonly Share[], more: number): R | undefined;
}

export function createPresenceRoom<R extends Occupant>(maxBytes: number): PresenceRoom<R> {
  const most = Math.max(PRESENCE_OF_ADDRESS_LEAST_BYTES, maxBytes * PRESENCE_OF_ADDRESS_SHARE);
  const held = new Map<string, Held<R>>();
  const left = new Set<R>();
  const bytesOf = ({ key }: Share): number => held.get(key)?.bytes ?? 0;

  return {
    count(record, cost, sign) {
      for (const { key, times } of record.shares) {
        const share = held.get(key) ?? { times, bytes: 0, records: new Set<R>() };
        share.bytes += sign * cost;
        if (sign === 1) share.records.add(record);
        else share.records.delete(record);
        if (share.records.size === 0) held.delete(key);
        else held.set(key, share);
      }
      if (sign === 1 && record.left) left.add(record);
      else left.delete(record);
    },
    fits: (shares, more) => shares.every((share) => bytesOf(share) + more <= most * share.times),
    victim(shares, more) {
      for (const first of left) return first;
      let heaviest: Held<R> | undefined;
      let weight = Math.max(...shares.map((share) => (bytesOf(share) + more) / share.times), 0);
      // Who draws on no share is the relay's own machine, and takes from whoever has most.
      for (const share of held.values()) {
        if (share.bytes / share.times <= weight) continue;
        heaviest = share;
        weight = share.bytes / share.times;
      }
      // The last to come: who was there before a flood behind the same address stays.
      return heaviest && [...heaviest.records].at(-1);
    },
  };
}
