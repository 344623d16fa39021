import type { Contact, Invited } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { mergeHints } from '../reach/hints.ts';

/**
 * The contact under the identity key that they have now. What the owner chose stays (the name, a hidden address); what
 * was known of the old key goes (trust beyond a contact's, devices, relays, the epoch, when they were seen), since
 * somebody else may stand behind the new one. Calls wait until the change is acknowledged, except when it goes back
 * to the key that was acknowledged last.
 */
export function withKey(contact: Contact, { key, devices, relays }: Invited): Contact {
  const acknowledged = contact.keyBefore ?? contact.key;
  return {
    key,
    name: contact.name,
    trust: 'contact',
    hideAddress: contact.hideAddress,
    added: contact.added,
    hints: mergeHints({ devices, relays }, { devices: [], relays: [] }),
    epoch: 0,
    ...(key !== acknowledged && { keyBefore: acknowledged }),
  };
}

/**
 * Contacts that {@link withKey} has moved elsewhere and that are still there, because the page ended between the two
 * writes. A person added anew under the old key was added at another time.
 */
export function leftBehind(contacts: readonly Contact[]): readonly IdentityKey[] {
  const added = new Map(contacts.map((contact) => [contact.key, contact.added]));
  return contacts.flatMap(({ key, keyBefore, added: when }) =>
    keyBefore !== undefined && keyBefore !== key && added.get(keyBefore) === when
      ? [keyBefore]
      : [],
  );
}
