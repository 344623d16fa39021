import type { Contact } from '#lib/domain/contact.ts';

/**
 * Whether calls with this person may go either way, as far as the contacts decide it: not with somebody blocked, and
 * not with a contact whose identity key changed until that was acknowledged (reason `key-changed`). A stranger,
 * `undefined`, may; whether strangers may ring is a setting. Who may not call may not learn our address either.
 */
export function mayCall(contact: Pick<Contact, 'trust' | 'keyBefore'> | undefined): boolean {
  return contact === undefined || (contact.trust !== 'blocked' && contact.keyBefore === undefined);
}
