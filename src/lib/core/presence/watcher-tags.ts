import { toHex } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import { publicKeyOf } from '#lib/protocol/key-text.ts';
import { WATCH_TAGS_MAX } from '#lib/protocol/limits.ts';
import { presenceTag } from '#lib/protocol/presence-record.ts';
import { WATCH_REQUEST } from '#lib/protocol/watch.ts';
import { dayWindow } from '../reach/person-records.ts';

/** Yesterday, today and tomorrow. */
const DAYS = 3;
/** People watched at once: those beyond it, seen the longest ago, are not. */
const PEOPLE_MAX = Math.floor(WATCH_TAGS_MAX / DAYS);

/** Whom we watch, and what relays are asked. */
export interface WatchedTags {
  /** Whose a tag is, by its hexadecimal digits. */
  readonly owners: ReadonlyMap<string, IdentityKey>;
  readonly people: ReadonlySet<IdentityKey>;
  /** The request, the same bytes for the same tags. */
  readonly request: Bytes;
}

export const NOBODY: WatchedTags = {
  owners: new Map(),
  people: new Set(),
  request: WATCH_REQUEST.encode({ tags: [] }),
};

/** Works out the tags of contacts, each once: it is asked again with every change of any contact. */
export function createTagBook(): (
  contacts: readonly Contact[],
  now: Milliseconds,
) => Promise<WatchedTags> {
  let known = new Map<string, Bytes>();

  return async (contacts, now) => {
    const people = chosen(contacts);
    const used = new Map<string, Bytes>();
    const owners = new Map<string, IdentityKey>();
    for (const person of people) {
      for (const day of dayWindow(now)) {
        const name = `${person} ${day}`;
        const tag = known.get(name) ?? (await presenceTag(publicKeyOf(person), day));
        used.set(name, tag);
        owners.set(toHex(tag), person);
      }
    }
    known = used;
    // In an order that does not tell which three belong together.
    const tags = [...used.values()].sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
    return { owners, people: new Set(people), request: WATCH_REQUEST.encode({ tags }) };
  };
}

/** Everybody but the blocked; of too many those who were there last. */
function chosen(contacts: readonly Contact[]): readonly IdentityKey[] {
  return contacts
    .filter(({ trust }) => trust !== 'blocked')
    .sort((a, b) => (b.lastSeen ?? b.added) - (a.lastSeen ?? a.added))
    .slice(0, PEOPLE_MAX)
    .map(({ key }) => key);
}
