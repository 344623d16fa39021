import { fromHex, toHex } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { WATCH_PUSH_MAX, WATCH_TAGS_MAX } from '#lib/protocol/limits.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { WATCH_PUSH } from '#lib/protocol/watch.ts';
import {
  WATCHED_TAGS_MAX,
  WATCHED_TAGS_PER_ADDRESS,
  WATCHERS_MAX,
  WATCHERS_PER_ADDRESS,
} from '../limits/limits.ts';
import type { PresenceStore } from './presence-store.ts';
import { createShareCount, sharesOf } from '../limits/share.ts';
import { createTagListeners } from './tag-listeners.ts';

/** Somebody who wants to hear of some tags. What there is to say waits as tags, so that it never grows. */
export interface Watcher {
  /** Watches these tags from now on, and no others. Refused when there are too many in all. */
  ask(tags: readonly Uint8Array[]): 'watching' | 'too-many';
  /** The next push, or `undefined` when everything is said. */
  next(): Bytes | undefined;
  end(): void;
}

export interface Watchers {
  /** @param wake Called when there is something to say. */
  open(address: string, wake: () => void): Watcher | 'too-many';
  /** A record of this publisher came under a tag. */
  changed(tag: string, publisher: string): void;
  /** A publisher of a record under this tag has left. */
  left(tag: string): void;
  readonly size: number;
  readonly tags: number;
}

/** Whose records of a tag have not been said: of these publishers (of none when one has only left), or of all. */
type Unsaid = Set<string> | 'all';

/** Tags by who watches them, within limits over all and over each address. */
export function createWatchers(init: {
  readonly store: Pick<PresenceStore, 'under'>;
  readonly isExempt: (address: string) => boolean;
}): Watchers {
  const listeners = createTagListeners();
  const watches = createShareCount(WATCHERS_PER_ADDRESS);
  const tagsWatched = createShareCount(WATCHED_TAGS_PER_ADDRESS);
  let size = 0;
  let all = 0;

  return {
    open(address, wake) {
      // Who is exempt draws on no share.
      const shares = init.isExempt(address) ? [] : sharesOf(address);
      if (size >= WATCHERS_MAX || !watches.take(shares)) return 'too-many';
      size += 1;
      let isOpen = true;
      let watched: readonly string[] = [];
      const unsaid = new Map<string, Unsaid>();
      /** Tags that are to be called left once the records before them have gone out. */
      const leaving = new Set<string>();

      const onChange = (tag: string, publisher?: string): void => {
        const before = unsaid.get(tag) ?? new Set<string>();
        if (before !== 'all' && publisher !== undefined) before.add(publisher);
        unsaid.set(tag, before);
        wake();
      };
      const watch = (tags: ReadonlySet<string>): void => {
        for (const tag of watched) {
          if (tags.has(tag)) continue;
          listeners.delete(tag, onChange);
          unsaid.delete(tag);
          leaving.delete(tag);
        }
        for (const tag of tags) listeners.add(tag, onChange);
        all += tags.size - watched.length;
        watched = [...tags];
      };

      return {
        ask(given) {
          const tags = new Set(given.map(toHex));
          const gained = tags.size - watched.length;
          if (!isOpen || all + gained > WATCHED_TAGS_MAX || !tagsWatched.take(shares, gained)) {
            return 'too-many';
          }
          watch(tags);
          for (const tag of tags) if (init.store.under(tag).length > 0) unsaid.set(tag, 'all');
          wake();
          return 'watching';
        },
        next() {
          const records = [];
          for (const [tag, whose] of unsaid) {
            const stored = init.store.under(tag);
            const news = stored.filter(({ publisher }) => whose === 'all' || whose.has(publisher));
            if (records.length + news.length > WATCH_PUSH_MAX) break;
            unsaid.delete(tag);
            records.push(
              ...news.flatMap(({ envelope }) => PRESENCE_ENVELOPE.decode(envelope) ?? []),
            );
            // Somebody else's record beside it may stay or go: it takes all of them to have left.
            if (stored.length > 0 && stored.every(({ left }) => left)) leaving.add(tag);
            else leaving.delete(tag);
          }
          const left = [];
          // Records first: who hears of both must end with the one that is true.
          if (unsaid.size === 0) {
            for (const tag of leaving) {
              if (left.length === WATCH_TAGS_MAX) break;
              leaving.delete(tag);
              left.push(fromHex(tag) ?? new Uint8Array());
            }
          }
          if (records.length === 0 && left.length === 0) return undefined;
          return WATCH_PUSH.encode({ records, left });
        },
        end() {
          if (!isOpen) return;
          isOpen = false;
          tagsWatched.give(shares, watched.length);
          watch(new Set());
          watches.give(shares);
          size -= 1;
        },
      };
    },
    changed(tag, publisher) {
      listeners.tell(tag, publisher);
    },
    left(tag) {
      listeners.tell(tag);
    },
    get size() {
      return size;
    },
    get tags() {
      return all;
    },
  };
}
