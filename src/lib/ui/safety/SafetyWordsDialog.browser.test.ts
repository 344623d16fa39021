import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import SafetyWordsDialog from './SafetyWordsDialog.svelte';

async function start(personKey = KEYS.alice) {
  const fake = new FakeWoxly();
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  const props = { app: new AppState(fake), personKey, name: 'Alice', onClose: () => undefined };
  const screen = await render(SafetyWordsDialog, props);
  return { fake, dialog: screen.getByRole('dialog', { name: 'Safety words' }) };
}

test('the words and the digits are there to compare', async () => {
  const { fake, dialog } = await start();
  const { words, digits } = await fake.contacts.safety();
  const list = dialog.getByRole('list', { name: 'Words to compare' });
  await expect.element(list).toBeVisible();
  const shown = list.getByRole('listitem').elements();
  expect(shown).toHaveLength(words.length);
  expect(shown.every(({ textContent }) => /^\p{L}+$/u.test(textContent))).toBe(true);
  await expect.element(dialog).toMatchTextContent(digits.match(/\d{5}/g)?.join(' ') ?? 'none');
  await expectAccessible('component');
});

test('they match: remembered, shown, and taken back', async () => {
  const { fake, dialog } = await start();
  const status = dialog.getByRole('status');
  await expect.element(status).toMatchTextContent('Not compared yet.');
  await dialog.getByRole('button', { name: 'They match' }).click();
  await expect.element(status).toMatchTextContent('Verified');
  expect(fake.contacts.get(KEYS.alice)?.trust).toBe('verified');
  await expectAccessible('component');
  await dialog.getByRole('button', { name: 'Undo verification' }).click();
  await expect.element(status).toMatchTextContent('Not compared yet.');
  expect(fake.contacts.get(KEYS.alice)?.trust).toBe('contact');
});

test('a stranger can be compared with, and cannot be remembered', async () => {
  const { dialog } = await start(KEYS.stranger);
  await expect.element(dialog.getByText(/Add Alice to your contacts/)).toBeVisible();
  await expect.element(dialog.getByRole('button', { name: 'They match' })).not.toBeInTheDocument();
});

test('without an identity there is nothing to compare', async () => {
  const fake = new FakeWoxly();
  const none = Object.assign(fake.contacts, { safety: () => Promise.resolve(undefined) });
  expect(await none.safety()).toBeUndefined();
  const props = {
    app: new AppState(fake),
    personKey: KEYS.alice,
    name: 'Alice',
    onClose: () => undefined,
  };
  const screen = await render(SafetyWordsDialog, props);
  await expect.element(screen.getByRole('alert')).toBeVisible();
});
