import type { Contact } from '#lib/domain/contact.ts';
import type { Namesake } from './add-person.ts';

/** The dialogs of a person's page; at most one is open. */
export type PersonDialog =
  | { readonly kind: 'safety' }
  | { readonly kind: 'namesake'; readonly namesake: Namesake }
  | { readonly kind: 'block'; readonly contact: Contact };
