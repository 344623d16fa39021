import type { Contact } from '#lib/domain/contact.ts';
import { m } from '#lib/messages/messages.js';
import type { AppState } from '#lib/state/app-state.svelte.ts';
import type { Invited } from '#lib/state/views.ts';
import { attempt } from '#lib/ui/attempt.ts';
import { LINK_PROBLEM_WORDS } from '#lib/ui/words/problems.ts';

/**
 * Calls somebody, and says in passing why not where that is refused. A `patient` call goes on looking for them until
 * it is hung up.
 */
export async function callPerson(app: AppState, who: Invited, patient = false): Promise<void> {
  const calling = await attempt(
    () => (patient ? app.calls.callAgain(who) : app.calls.call(who)),
    app.toasts.warn,
  );
  if (!calling.done) return;
  const outcome = calling.value;
  if (!outcome.ok) app.toasts.say(LINK_PROBLEM_WORDS[outcome.problem]());
}

/** Whether a name is only what a person claims: nobody in the contacts, or a stranger who was blocked as one. */
export const isStranger = (contact: Contact | undefined): boolean =>
  contact === undefined || contact.before === 'stranger';

/** What the call engine needs of a contact. */
export const invitedOf = (contact: Contact): Invited => ({
  key: contact.key,
  name: contact.name,
  devices: contact.hints.devices,
  relays: contact.hints.relays,
});

/** Puts text on the clipboard and says whether that worked. */
export async function copyText(app: AppState, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    app.toasts.say(m.copied());
  } catch {
    app.toasts.say(m.copy_failed());
  }
}
