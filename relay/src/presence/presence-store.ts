import type { Bytes } from '#lib/domain/bytes.ts';
import { toHex } from '#lib/domain/bytes.ts';
import {
  FRAME_MAX_BYTES,
  PRESENCE_ENVELOPE_MAX_BYTES,
  PRESENCE_MAX_AHEAD_MS,
  PRESENCE_PER_TAG,
} from '#lib/protocol/limits.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { createPresenceRoom } from './presence-room.ts';
import type { Share } from '../limits/share.ts';
import {
  PRESENCE_OF_NEIGHBOURS_SHARE,
  PRESENCE_OVERHEAD_BYTES,
  PRESENCE_PER_PUBLISHER,
  PRESENCE_PER_SOURCE,
  PRESENCE_PER_TAG_FORWARDED,
  PRESENCE_PER_TAG_OF_SOURCE,
} from '../limits/limits.ts';

/**
 * Presence records until they expire. A relay cannot read them, so it cannot tell a forged one from a true one.
 * Hence the rule that nobody displaces a record of somebody else while there is memory: a publisher replaces only its
 * own, and whoever comes when a place is taken (the tag's four, the publisher's four, the source's and the address's
 * share) is turned away until something expires. When the memory is full, `presence-room.ts` says who makes room. Keys cost nothing, so that a lying relay can make up publishers: of a tag's places
 * one relay may fill two, and all relays together three; one is for who comes in person.
 */

export type PresenceOutcome =
  | 'kept'
  | 'malformed'
  | 'expired'
  | 'too-far-ahead'
  | 'older'
  | 'tag-full'
  | 'publisher-full'
  | 'source-full'
  | 'address-full'
  | 'memory-full';

/** What makes a record the publisher's: the signature of the gossipsub message that it came in. */
export interface PresenceProof {
  readonly seqno: Bytes;
  readonly signature: Bytes;
}

export interface StoredPresence {
  /** Hexadecimal. */
  readonly tag: string;
  readonly expires: number;
  /** The envelope as it was published. */
  readonly envelope: Bytes;
  /** The peer that signed it. */
  readonly publisher: string;
  /** The connected peer that handed it over: the publisher itself, or a relay. */
  readonly source: string;
  readonly proof: PresenceProof | undefined;
  /** Whether the publisher is known to have left the relay that it had handed it to. */
  readonly left: boolean;
  /** Whose memory it is: shares of the address that the publisher handed it over from. */
  readonly shares: readonly Share[];
}

export interface PresenceStore {
  /**
   * @param message An envelope as published.
   * @param publisher The peer that signed the message.
   * @param source The connected peer that handed it over: the publisher itself, or a relay.
   */
  put(
    message: Uint8Array,
    publisher: string,
    source: string,
    proof?: PresenceProof,
  ): PresenceOutcome;
  /** Live records under these tags that fit into one frame, the smallest first: padding crowds nobody out. */
  find(tags: readonly Uint8Array[]): PresenceEnvelope[];
  /** Live records under a tag (hexadecimal). */
  under(tag: string): readonly StoredPresence[];
  get(tag: string, publisher: string): StoredPresence | undefined;
  all(): Iterable<StoredPresence>;
  /** Live records of a publisher that it handed over itself. */
  inPerson(publisher: string): readonly StoredPresence[];
  /** Marks a record, unless there is a newer one or it is marked. Whether anything has changed. */
  leave(tag: string, publisher: string, expires: number): boolean;
  /** Hears of every record that is kept. */
  watch(onKept: (record: StoredPresence) => void): void;
  /** Forgets what has expired. */
  sweep(): void;
  readonly size: number;
  /** Memory, roughly. */
  readonly bytes: number;
}

/** Field key and length of a record in an answer, at most. */
const FIELD_OVERHEAD_BYTES = 5;
const costOf = ({ envelope }: StoredPresence): number =>
  envelope.byteLength + PRESENCE_OVERHEAD_BYTES;

/** Sums by name; a name with nothing is forgotten. */
function createTally() {
  const sums = new Map<string, number>();
  return {
    of: (name: string): number => sums.get(name) ?? 0,
    add(name: string, change: number): void {
      const sum = (sums.get(name) ?? 0) + change;
      if (sum === 0) sums.delete(name);
      else sums.set(name, sum);
    },
  };
}

const isForwarded = ({ publisher, source }: StoredPresence): boolean => publisher !== source;

export function createPresenceStore(init: {
  readonly maxBytes: number;
  /** The wall clock, ms. */
  readonly now: () => number;
  /** The share of the memory that a neighbour relay may fill; `undefined` for every other peer. */
  readonly shareOf?: (source: string) => number | undefined;
  /** Shares of the address of a connected peer; none for the relay's own machine. */
  readonly addressOf?: (source: string) => readonly Share[];
}): PresenceStore {
  /** Tag → publisher → record. */
  const tags = new Map<string, Map<string, StoredPresence>>();
  /** Publisher → its records. */
  const publishers = new Map<string, Set<StoredPresence>>();
  const room = createPresenceRoom<StoredPresence>(init.maxBytes);
  const perSource = createTally();
  const bytesPerSource = createTally();
  const listeners = new Set<(record: StoredPresence) => void>();
  let size = 0;
  let bytes = 0;
  let forwardedBytes = 0;

  const count = (record: StoredPresence, sign: 1 | -1): void => {
    const cost = sign * costOf(record);
    perSource.add(record.source, sign);
    bytesPerSource.add(record.source, cost);
    size += sign;
    bytes += cost;
    if (isForwarded(record)) forwardedBytes += cost;
    room.count(record, costOf(record), sign);
  };

  const add = (record: StoredPresence): void => {
    const records = tags.get(record.tag) ?? new Map<string, StoredPresence>();
    tags.set(record.tag, records.set(record.publisher, record));
    const own = publishers.get(record.publisher) ?? new Set();
    publishers.set(record.publisher, own.add(record));
    count(record, 1);
  };

  const remove = (record: StoredPresence): void => {
    const records = tags.get(record.tag);
    records?.delete(record.publisher);
    if (records?.size === 0) tags.delete(record.tag);
    const own = publishers.get(record.publisher);
    own?.delete(record);
    if (own?.size === 0) publishers.delete(record.publisher);
    count(record, -1);
  };

  const sweep = (): void => {
    const time = init.now();
    for (const records of tags.values()) {
      for (const record of records.values()) if (record.expires <= time) remove(record);
    }
  };

  const isTagFull = (record: StoredPresence): boolean => {
    const others = [...(tags.get(record.tag)?.values() ?? [])];
    if (others.length >= PRESENCE_PER_TAG) return true;
    if (!isForwarded(record)) return false;
    return (
      others.filter(isForwarded).length >= PRESENCE_PER_TAG_FORWARDED ||
      others.filter(({ source }) => source === record.source).length >= PRESENCE_PER_TAG_OF_SOURCE
    );
  };

  const isSourceFull = (record: StoredPresence, own: StoredPresence | undefined): boolean => {
    const share = init.shareOf?.(record.source);
    const replaced = own?.source === record.source ? own : undefined;
    if (share === undefined) {
      return perSource.of(record.source) - (replaced ? 1 : 0) >= PRESENCE_PER_SOURCE;
    }
    const after = (before: number, gone: StoredPresence | undefined): number =>
      before + costOf(record) - (gone ? costOf(gone) : 0);
    if (after(bytesPerSource.of(record.source), replaced) > share * init.maxBytes) return true;
    const forwarded = own !== undefined && isForwarded(own) ? own : undefined;
    return after(forwardedBytes, forwarded) > PRESENCE_OF_NEIGHBOURS_SHARE * init.maxBytes;
  };

  /** Why there is no room for a record besides the publisher's own that it replaces. */
  const noRoom = (
    record: StoredPresence,
    own: StoredPresence | undefined,
  ): PresenceOutcome | undefined => {
    if (own === undefined) {
      if (isTagFull(record)) return 'tag-full';
      if ((publishers.get(record.publisher)?.size ?? 0) >= PRESENCE_PER_PUBLISHER)
        return 'publisher-full';
    }
    if (isSourceFull(record, own)) return 'source-full';
    const more = costOf(record) - (own ? costOf(own) : 0);
    if (!room.fits(record.shares, more)) return 'address-full';
    return bytes + more > init.maxBytes ? 'memory-full' : undefined;
  };

  /** Forgets what has to go before a record, if anything has. */
  const makeRoom = (record: StoredPresence): boolean => {
    const victim = room.victim(record.shares, costOf(record));
    if (victim !== undefined) remove(victim);
    return victim !== undefined;
  };

  const isLive = ({ expires }: StoredPresence): boolean => expires > init.now();
  const under = (tag: string): StoredPresence[] =>
    [...(tags.get(tag)?.values() ?? [])].filter(isLive);

  return {
    put(message, publisher, source, proof) {
      const decoded =
        message.byteLength <= PRESENCE_ENVELOPE_MAX_BYTES
          ? PRESENCE_ENVELOPE.decode(message)
          : undefined;
      if (decoded === undefined) return 'malformed';
      const time = init.now();
      const { expires } = decoded;
      if (expires <= time) return 'expired';
      if (expires > time + PRESENCE_MAX_AHEAD_MS) return 'too-far-ahead';
      const tag = toHex(decoded.tag);
      let own = tags.get(tag)?.get(publisher);
      // A replayed message is older than what it would replace: every record outlives the one before. The same one
      // once more says something only when the publisher brings it, or had left.
      if (own !== undefined) {
        const again = own.expires === expires && !own.left && source !== publisher;
        if (own.expires > expires || again) return 'older';
      }
      // A copy: the message may be a view that would keep the whole network buffer in memory.
      const envelope = new Uint8Array(message);
      const shares = publisher === source ? (init.addressOf?.(source) ?? []) : [];
      const record = { envelope, tag, expires, publisher, source, proof, left: false, shares };
      let full = noRoom(record, own);
      if (full !== undefined) {
        sweep();
        own = tags.get(tag)?.get(publisher);
        full = noRoom(record, own);
      }
      while (full === 'memory-full' && makeRoom(record)) {
        own = tags.get(tag)?.get(publisher);
        full = noRoom(record, own);
      }
      if (full !== undefined) return full;
      if (own !== undefined) remove(own);
      add(record);
      for (const listener of listeners) listener(record);
      return 'kept';
    },
    find(wanted) {
      const found = [...new Set(wanted.map(toHex))]
        .flatMap(under)
        .sort((a, b) => a.envelope.byteLength - b.envelope.byteLength);
      let left = FRAME_MAX_BYTES;
      return found
        .filter(({ envelope }) => (left -= envelope.byteLength + FIELD_OVERHEAD_BYTES) >= 0)
        .flatMap(({ envelope }) => PRESENCE_ENVELOPE.decode(envelope) ?? []);
    },
    under,
    get: (tag, publisher) => under(tag).find((record) => record.publisher === publisher),
    *all() {
      for (const records of tags.values()) {
        for (const record of records.values()) if (isLive(record)) yield record;
      }
    },
    inPerson: (publisher) =>
      [...(publishers.get(publisher) ?? [])].filter(
        (record) => isLive(record) && !isForwarded(record),
      ),
    leave(tag, publisher, expires) {
      const own = tags.get(tag)?.get(publisher);
      if (own === undefined || own.left || own.expires > expires) return false;
      remove(own);
      add({ ...own, left: true });
      return true;
    },
    watch: (onKept) => void listeners.add(onKept),
    sweep,
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
  };
}
