import type { Contact } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { cleanName } from '#lib/domain/name.ts';

/** A name as people compare names: cleaned, without case or ways to write the same letters (Unicode NFKC). */
const folded = (name: string): string => cleanName(name.normalize('NFKC')).toLowerCase();

/** People other than `key` who are called the same and are not blocked; nobody for an empty name. */
export function namesakesOf(
  contacts: readonly Contact[],
  name: string,
  key: IdentityKey,
): readonly Contact[] {
  const sought = folded(name);
  if (sought === '') return [];
  return contacts.filter(
    (contact) =>
      contact.key !== key && contact.trust !== 'blocked' && folded(contact.name) === sought,
  );
}
