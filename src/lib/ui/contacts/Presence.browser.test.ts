import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import ContactsScreen from './ContactsScreen.svelte';
import PersonScreen from './PersonScreen.svelte';

function start() {
  const fake = new FakeWoxly();
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  return { fake, app: new AppState(fake) };
}

test('a row says in words what is known, and nothing where nothing is', async () => {
  const { fake, app } = start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  const item = screen.getByRole('listitem');
  await expect.element(item).toHaveAccessibleName('Alice');
  const known = [
    [{ state: 'online' }, 'Online'],
    [{ state: 'seen', at: Date.now() - 5.5 * 60_000 }, 'Seen 5 minutes ago'],
    [{ state: 'unreachable' }, 'Offline'],
  ] as const;
  for (const [presence, words] of known) {
    fake.presences.set(KEYS.alice, presence);
    await expect.element(item).toHaveAccessibleName(`Alice, ${words}`);
    await expect.element(item.getByText(words)).toBeVisible();
    await expectAccessible('component');
  }
  fake.presences.set(KEYS.alice, { state: 'unknown' });
  await expect.element(item).toHaveAccessibleName('Alice');
});

test('a person’s page says it too, and makes a call ready as long as it is open', async () => {
  const { fake, app } = start();
  fake.presences.set(KEYS.alice, { state: 'online' });
  const screen = await render(PersonScreen, { app, personKey: KEYS.alice });
  await expect.element(screen.getByText('Online')).toBeVisible();
  // Whatever else changes of the contact, it is not begun anew.
  await fake.contacts.setHideAddress(KEYS.alice, true);
  await expect.poll(() => fake.calls.asked).toEqual([`prepare ${KEYS.alice}`]);
  await screen.unmount();
  expect(fake.calls.asked).toEqual([`prepare ${KEYS.alice}`, `let go ${KEYS.alice}`]);
});

test('pointing at Call makes a call ready until the pointer has left', async () => {
  const { fake, app } = start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  await screen.getByRole('button', { name: 'Call Alice' }).hover();
  await expect.poll(() => fake.calls.asked).toEqual([`prepare ${KEYS.alice}`]);
  await screen.getByRole('button', { name: 'My key' }).hover();
  await expect
    .poll(() => fake.calls.asked)
    .toEqual([`prepare ${KEYS.alice}`, `let go ${KEYS.alice}`]);
});

test('so does coming to it by the keyboard', async () => {
  const { fake, app } = start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  (screen.getByRole('button', { name: 'Message Alice' }).element() as HTMLElement).focus();
  await userEvent.keyboard('{Tab}');
  await expect.element(screen.getByRole('button', { name: 'Call Alice' })).toHaveFocus();
  await expect.poll(() => fake.calls.asked).toEqual([`prepare ${KEYS.alice}`]);
});
