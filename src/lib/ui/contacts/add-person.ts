import type { Contact } from '#lib/domain/contact.ts';
import type { LinkProblem } from '#lib/domain/reasons.ts';
import { m } from '#lib/messages/messages.js';
import type { AppState } from '#lib/state/app-state.svelte.ts';

/** Somebody who is to be added: a key or a link, and the name to give them. */
export interface Wanted {
  readonly text: string;
  readonly name?: string | undefined;
}

/** A contact has the same name under another key: only a person can tell whether these are two people. */
export interface Namesake {
  readonly wanted: Wanted;
  readonly known: Contact;
}

export type Adding =
  | { readonly outcome: 'added' }
  | { readonly outcome: 'refused'; readonly problem: LinkProblem }
  | { readonly outcome: 'namesake'; readonly namesake: Namesake };

/** Adds a person, unless a contact has their name already. */
export async function addPerson(app: AppState, wanted: Wanted): Promise<Adding> {
  const read = await app.contacts.read(wanted.text);
  if (!read.ok) return { outcome: 'refused', problem: read.problem };
  const { key, name } = read.value;
  const known = app.contacts.get(key)
    ? undefined
    : await app.contacts.namesake(wanted.name ?? name ?? '', key);
  if (known) return { outcome: 'namesake', namesake: { wanted, known } };
  return addAnyway(app, wanted);
}

/** Adds a person, also when somebody of their name is there. */
export async function addAnyway(app: AppState, { text, name }: Wanted): Promise<Adding> {
  const outcome = await app.contacts.add(text, name);
  if (!outcome.ok) return { outcome: 'refused', problem: outcome.problem };
  app.toasts.say(m.contact_added({ name: outcome.value.name }));
  return { outcome: 'added' };
}
