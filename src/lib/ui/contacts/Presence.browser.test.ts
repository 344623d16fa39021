import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import ContactsScreen from './ContactsScreen.svelte';
import PersonScreen from './PersonScreen.svelte';

/** Olga and Alice, contacts of each other, who are both online; the screen is Olga's. */
async function start() {
  const world = await WoxlyWorld.begin({ now: Date.now() - 5.5 * 60_000 });
  const [olga, alice] = await Promise.all([world.person('Olga'), world.person('Alice')]);
  await olga.befriend(alice);
  return { world, olga, alice, app: new AppState(olga.app) };
}

test('a row says in words what is known, and nothing where nothing is', async () => {
  const { world, olga, alice, app } = await start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  const item = screen.getByRole('listitem');
  await expect.element(item).toHaveAccessibleName('Alice');
  const says = async (words: string) => {
    await expect.element(item).toHaveAccessibleName(`Alice, ${words}`);
    await expect.element(item.getByText(words)).toBeVisible();
    await expectAccessible('component');
  };
  await world.pass(5_000);
  await says('Online');
  await alice.app.stop();
  await world.pass(1_000);
  await says('Seen 5 minutes ago');
  await olga.app.settings.change({ sharePresence: false });
  await expect.element(item).toHaveAccessibleName('Alice');
});

test('who has never been seen is offline', async () => {
  const world = await WoxlyWorld.begin();
  const { app } = await world.person('Olga', { contacts: [contactOf(KEYS.boris, 'Boris')] });
  const screen = await render(ContactsScreen, {
    app: new AppState(app),
    onOpen: () => undefined,
  });
  await world.pass(5_000);
  await expect.element(screen.getByRole('listitem')).toHaveAccessibleName('Boris, Offline');
});

test('a person’s page says it too, and makes a call ready as long as it is open', async () => {
  const { world, olga, alice, app } = await start();
  await world.pass(5_000);
  const screen = await render(PersonScreen, { app, personKey: alice.key });
  await expect.element(screen.getByText('Online')).toBeVisible();
  await expect.poll(() => olga.channelsTo(alice)).toBe(1);
  // Whatever else changes of the contact, it is not begun anew.
  await olga.app.contacts.rename(alice.key, 'Alicia');
  await world.pass(10_000);
  expect(olga.channelsTo(alice)).toBe(1);
  await screen.unmount();
  await world.pass(120_000);
  expect(olga.channelsTo(alice)).toBe(0);
});

test('pointing at Call makes a call ready until the pointer has left', async () => {
  const { world, olga, alice, app } = await start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  await screen.getByRole('button', { name: 'Call Alice' }).hover();
  await expect.poll(() => olga.channelsTo(alice)).toBe(1);
  await screen.getByRole('button', { name: 'My key' }).hover();
  await world.pass(120_000);
  expect(olga.channelsTo(alice)).toBe(0);
});

test('so does coming to it by the keyboard', async () => {
  const { olga, alice, app } = await start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  (screen.getByRole('button', { name: 'Message Alice' }).element() as HTMLElement).focus();
  await userEvent.keyboard('{Tab}');
  await expect.element(screen.getByRole('button', { name: 'Call Alice' })).toHaveFocus();
  await expect.poll(() => olga.channelsTo(alice)).toBe(1);
});
