import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import { digitGroups } from '#lib/ui/words/safety-words.ts';
import words from '#lib/ui/words/safety-words-en.ts';
import SafetyWordsDialog from './SafetyWordsDialog.svelte';

async function show(woxly: WoxlyPerson['app'], personKey: IdentityKey) {
  const app = new AppState(woxly);
  const props = { app, personKey, name: 'Alice', onClose: () => undefined };
  const screen = await render(SafetyWordsDialog, props);
  return screen.getByRole('dialog', { name: 'Safety words' });
}

/** Olga, who has added Alice. */
async function start() {
  const world = await WoxlyWorld.begin();
  const [olga, alice] = await Promise.all([world.person('Olga'), world.person('Alice')]);
  await olga.add(alice);
  const trust = async () =>
    (await olga.browser.stores.contacts.all()).find(({ key }) => key === alice.key)?.trust;
  return { olga, alice, trust };
}

test('the words and the digits are there to compare: those that the other person has', async () => {
  const { olga, alice } = await start();
  const dialog = await show(olga.app, alice.key);
  const theirs = (await alice.app.contacts.safety(olga.key)) ?? expect.fail('no safety words');
  const list = dialog.getByRole('list', { name: 'Words to compare' });
  await expect.element(list).toBeVisible();
  const shown = list.getByRole('listitem').elements();
  expect(shown.map(({ textContent }) => textContent)).toEqual(theirs.words.map((at) => words[at]));
  expect(shown).toHaveLength(12);
  expect(shown.every(({ textContent }) => /^\p{L}+$/u.test(textContent))).toBe(true);
  await expect.element(dialog).toMatchTextContent(digitGroups(theirs.digits).join(' '));
  await expectAccessible('component');
});

test('they match: remembered, shown, and taken back', async () => {
  const { olga, alice, trust } = await start();
  const dialog = await show(olga.app, alice.key);
  const status = dialog.getByRole('status');
  await expect.element(status).toMatchTextContent('Not compared yet.');
  await dialog.getByRole('button', { name: 'They match' }).click();
  await expect.element(status).toMatchTextContent('Verified');
  expect(await trust()).toBe('verified');
  await expectAccessible('component');
  await dialog.getByRole('button', { name: 'Undo verification' }).click();
  await expect.element(status).toMatchTextContent('Not compared yet.');
  expect(await trust()).toBe('contact');
});

test('a stranger can be compared with, and cannot be remembered', async () => {
  const { olga } = await start();
  const dialog = await show(olga.app, KEYS.stranger);
  await expect.element(dialog.getByText(/Add Alice to your contacts/)).toBeVisible();
  await expect.element(dialog.getByRole('list', { name: 'Words to compare' })).toBeVisible();
  await expect.element(dialog.getByRole('button', { name: 'They match' })).not.toBeInTheDocument();
});

test('without an identity there is nothing to compare', async () => {
  const world = await WoxlyWorld.begin();
  const dialog = await show(await world.browser().open(), KEYS.alice);
  await expect.element(dialog.getByRole('alert')).toBeVisible();
  await expect
    .element(dialog.getByRole('list', { name: 'Words to compare' }))
    .not.toBeInTheDocument();
});
