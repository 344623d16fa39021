import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { Kept } from '#lib/testing/woxly-world.ts';
import CallsScreen from '#lib/ui/history/CallsScreen.svelte';
import SafetyWordsDialog from '#lib/ui/safety/SafetyWordsDialog.svelte';
import Toaster from '#lib/ui/shell/Toaster.svelte';
import ContactsScreen from './ContactsScreen.svelte';

const SAID = 'out of space';

/** Olga, who knows Alice, and whose disk is full. */
async function start(calls: Kept['calls'] = []) {
  const world = await WoxlyWorld.begin();
  const olga = await world.person('Olga', { contacts: [contactOf(KEYS.alice, 'Alice')], calls });
  const app = new AppState(olga.app);
  await render(Toaster, { toasts: app.toasts });
  olga.browser.failToStore();
  return { world, olga, app };
}

async function contacts() {
  const { world, olga, app } = await start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  const choose = async (name: string, role: 'menuitem' | 'menuitemcheckbox' = 'menuitem') => {
    await screen.getByRole('button', { name: 'More about Alice' }).click();
    await screen.getByRole(role, { name }).click();
  };
  return { world, olga, app, screen, choose };
}

test('Add says why nothing was added, and can be pressed again', async () => {
  const { world, olga, screen } = await contacts();
  const chen = await world.person('Chen');
  await screen.getByRole('button', { name: 'Add contact' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Add contact' });
  await dialog
    .getByRole('textbox', { name: 'Key or invite link' })
    .fill(await chen.app.identity.inviteLink());
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect.element(dialog.getByRole('alert')).toMatchTextContent(SAID);
  await expect.element(dialog.getByRole('button', { name: 'Add', exact: true })).toBeEnabled();
  expect(olga.app.contacts.all).toHaveLength(1);
});

test('Rename says why the old name stays', async () => {
  const { olga, screen, choose } = await contacts();
  await choose('Rename');
  const dialog = screen.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Alicia');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect.element(dialog.getByRole('alert')).toMatchTextContent(SAID);
  expect(olga.app.contacts.get(KEYS.alice)?.name).toBe('Alice');
});

test('Hide my IP address for one contact is not ticked, and why is said', async () => {
  const { screen, choose } = await contacts();
  await choose('Hide my IP address from Alice', 'menuitemcheckbox');
  await expect.element(screen.getByRole('alert')).toMatchTextContent(SAID);
  await screen.getByRole('button', { name: 'More about Alice' }).click();
  const entry = screen.getByRole('menuitemcheckbox', { name: 'Hide my IP address from Alice' });
  await expect.element(entry).toHaveAttribute('aria-checked', 'false');
});

test.each([
  ['Block', 'Block'],
  ['Remove', 'Remove'],
])('%s: nobody believes that it happened', async (entry, confirm) => {
  const { app, screen, choose } = await contacts();
  await choose(entry);
  await screen.getByRole('alertdialog').getByRole('button', { name: confirm }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent(SAID);
  await expect.element(screen.getByRole('listitem', { name: /^Alice/ })).toBeVisible();
  expect(app.toasts.shown).toHaveLength(1);
});

test('a person whose words were compared is not shown as verified', async () => {
  const { app } = await start();
  const screen = await render(SafetyWordsDialog, {
    app,
    personKey: KEYS.alice,
    name: 'Alice',
    onClose: () => undefined,
  });
  await screen.getByRole('button', { name: 'They match' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent(SAID);
  await expect.element(screen.getByRole('button', { name: 'They match' })).toBeVisible();
});

test('calls stay in the history, and why is said', async () => {
  const { olga, app } = await start([recordOf('1', KEYS.alice, 'Alice', Date.now(), 1)]);
  const screen = await render(CallsScreen, { app });
  await screen.getByRole('button', { name: 'Edit' }).click();
  await screen.getByRole('button', { name: /^Remove/ }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent(SAID);
  await expect.element(screen.getByRole('listitem')).toBeVisible();
  expect(olga.app.history.records).toHaveLength(1);
});
