import type { Contact } from '#lib/domain/contact.ts';

/** The dialogs of the contacts screen; at most one is open. */
export type ContactDialog =
  | { readonly kind: 'my-key' }
  | { readonly kind: 'add' }
  | { readonly kind: 'call' }
  | { readonly kind: 'rename'; readonly contact: Contact }
  | { readonly kind: 'block'; readonly contact: Contact }
  | { readonly kind: 'remove'; readonly contact: Contact };
