import type { Contact } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { cleanName } from '#lib/domain/name.ts';

/**
 * People other than `key` whose names look like this one, letters of other scripts included, and who are not blocked; nobody
 * for an empty name. The table of what looks alike is large, and loaded when somebody is added.
 */
export async function namesakesOf(
  contacts: readonly Contact[],
  name: string,
  key: IdentityKey,
): Promise<readonly Contact[]> {
  const sought = cleanName(name);
  const others = contacts.filter((contact) => contact.key !== key && contact.trust !== 'blocked');
  if (sought === '' || others.length === 0) return [];
  const { looksOf } = await import('./looks.ts');
  const looks = looksOf(sought);
  return others.filter((other) => looksOf(other.name).some((look, index) => look === looks[index]));
}
