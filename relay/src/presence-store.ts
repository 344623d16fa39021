import { toHex } from '#lib/domain/bytes.ts';
import {
  FRAME_MAX_BYTES,
  PRESENCE_MAX_AHEAD_MS,
  PRESENCE_MAX_BYTES,
  PRESENCE_PER_TAG,
} from '#lib/protocol/limits.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { PRESENCE_OVERHEAD_BYTES, PRESENCE_PER_PUBLISHER, PRESENCE_PER_SOURCE } from './limits.ts';

/**
 * Presence records until they expire. A relay cannot read them, so it cannot tell a forged one from a true one.
 * Hence the rule that nobody displaces a record of somebody else: a publisher replaces only its own, and whoever
 * comes when a place is taken (the tag's four, the publisher's four, the source's share, the memory) is turned
 * away until something expires.
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
  | 'memory-full';

interface Kept {
  readonly envelope: PresenceEnvelope;
  /** The envelope on the wire, bytes. */
  readonly length: number;
  readonly tag: string;
  readonly publisher: string;
  readonly source: string;
}

export interface PresenceStore {
  /**
   * @param message An envelope as published.
   * @param publisher The peer that signed the message.
   * @param source The connected peer that handed it over: the publisher itself, or a relay.
   */
  put(message: Uint8Array, publisher: string, source: string): PresenceOutcome;
  /** Live records under these tags that fit into one frame, the smallest first: padding crowds nobody out. */
  find(tags: readonly Uint8Array[]): PresenceEnvelope[];
  /** Forgets what has expired. */
  sweep(): void;
  readonly size: number;
  /** Memory, roughly. */
  readonly bytes: number;
}

/** Field key and length of a record in an answer, at most. */
const FIELD_OVERHEAD_BYTES = 5;
const costOf = (kept: Kept): number => kept.length + PRESENCE_OVERHEAD_BYTES;

/** Counts by name; a name with none is forgotten. */
function createTally() {
  const counts = new Map<string, number>();
  return {
    of: (name: string): number => counts.get(name) ?? 0,
    add(name: string, change: 1 | -1): void {
      const count = (counts.get(name) ?? 0) + change;
      if (count === 0) counts.delete(name);
      else counts.set(name, count);
    },
  };
}

export function createPresenceStore(init: {
  readonly maxBytes: number;
  /** The wall clock, ms. */
  readonly now: () => number;
}): PresenceStore {
  /** Tag → publisher → record. */
  const tags = new Map<string, Map<string, Kept>>();
  const perPublisher = createTally();
  const perSource = createTally();
  let size = 0;
  let bytes = 0;

  const add = (kept: Kept): void => {
    const records = tags.get(kept.tag) ?? new Map<string, Kept>();
    tags.set(kept.tag, records.set(kept.publisher, kept));
    perPublisher.add(kept.publisher, 1);
    perSource.add(kept.source, 1);
    size += 1;
    bytes += costOf(kept);
  };

  const remove = (kept: Kept): void => {
    const records = tags.get(kept.tag);
    records?.delete(kept.publisher);
    if (records?.size === 0) tags.delete(kept.tag);
    perPublisher.add(kept.publisher, -1);
    perSource.add(kept.source, -1);
    size -= 1;
    bytes -= costOf(kept);
  };

  const sweep = (): void => {
    const time = init.now();
    for (const records of tags.values()) {
      for (const kept of records.values()) if (kept.envelope.expires <= time) remove(kept);
    }
  };

  /** Why there is no room for a record besides the publisher's own that it replaces. */
  const noRoom = (kept: Kept, own: Kept | undefined): PresenceOutcome | undefined => {
    if (own === undefined) {
      if ((tags.get(kept.tag)?.size ?? 0) >= PRESENCE_PER_TAG) return 'tag-full';
      if (perPublisher.of(kept.publisher) >= PRESENCE_PER_PUBLISHER) return 'publisher-full';
    }
    const fromSource = perSource.of(kept.source) - (own?.source === kept.source ? 1 : 0);
    if (fromSource >= PRESENCE_PER_SOURCE) return 'source-full';
    if (bytes - (own ? costOf(own) : 0) + costOf(kept) > init.maxBytes) return 'memory-full';
    return undefined;
  };

  return {
    put(message, publisher, source) {
      const decoded =
        message.byteLength <= PRESENCE_MAX_BYTES + 128
          ? PRESENCE_ENVELOPE.decode(message)
          : undefined;
      if (decoded === undefined) return 'malformed';
      const time = init.now();
      if (decoded.expires <= time) return 'expired';
      if (decoded.expires > time + PRESENCE_MAX_AHEAD_MS) return 'too-far-ahead';
      // Copies: the decoded arrays are views that would keep the whole network buffer in memory.
      const envelope = {
        tag: decoded.tag.slice(),
        expires: decoded.expires,
        nonce: decoded.nonce.slice(),
        sealed: decoded.sealed.slice(),
      };
      const tag = toHex(envelope.tag);
      const kept = {
        envelope,
        length: PRESENCE_ENVELOPE.encode(envelope).byteLength,
        tag,
        publisher,
        source,
      };
      let own = tags.get(tag)?.get(publisher);
      // A replayed message is older than what it would replace: every record outlives the one before.
      if (own !== undefined && own.envelope.expires > envelope.expires) return 'older';
      let full = noRoom(kept, own);
      if (full !== undefined) {
        sweep();
        own = tags.get(tag)?.get(publisher);
        full = noRoom(kept, own);
      }
      if (full !== undefined) return full;
      if (own !== undefined) remove(own);
      add(kept);
      return 'kept';
    },
    find(wanted) {
      const time = init.now();
      const found = [...new Set(wanted.map(toHex))]
        .flatMap((tag) => [...(tags.get(tag)?.values() ?? [])])
        .filter(({ envelope }) => envelope.expires > time)
        .sort((a, b) => a.length - b.length);
      let left = FRAME_MAX_BYTES;
      return found
        .filter(({ length }) => (left -= length + FIELD_OVERHEAD_BYTES) >= 0)
        .map(({ envelope }) => envelope);
    },
    sweep,
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
  };
}
