import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import ContactsScreen from './ContactsScreen.svelte';
import PersonScreen from './PersonScreen.svelte';

/** Olga knows an Alice; somebody who is online calls herself alice, and has another key. */
async function start() {
  const world = await WoxlyWorld.begin({ now: Date.now() });
  const other = await world.person('alice');
  const olga = await world.person('Olga', { contacts: [contactOf(KEYS.alice, 'Alice')] });
  await world.pass(5_000);
  return { world, olga, other, app: new AppState(olga.app) };
}

/** The same, where Olga has taken the other key for Alice's new one. */
async function startChanged() {
  const started = await start();
  const { olga, other } = started;
  const replaced = await olga.app.contacts.replaceKey(
    KEYS.alice,
    await other.app.identity.inviteLink(),
  );
  expect(replaced).toMatchObject({ ok: true });
  return started;
}

const stored = ({ browser }: WoxlyPerson) => browser.stores.contacts.all();

async function addLink() {
  const { olga, other, app } = await start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  await screen.getByRole('button', { name: 'Add contact' }).click();
  const link = await other.app.identity.inviteLink();
  await screen.getByRole('textbox', { name: 'Key or invite link' }).fill(link);
  await screen.getByRole('button', { name: 'Add', exact: true }).click();
  const dialog = screen.getByRole('dialog', { name: 'Is this the Alice you know?' });
  await expect.element(dialog).toBeVisible();
  return { olga, other, dialog };
}

test('a link with a known name under another key: it may be a new key', async () => {
  const { olga, other, dialog } = await addLink();
  expect(await stored(olga)).toHaveLength(1);
  await expectAccessible('component');
  await dialog.getByRole('button', { name: 'Alice’s new key' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  const changed = [{ key: other.key, name: 'Alice', keyBefore: KEYS.alice }];
  expect(olga.app.contacts.all).toMatchObject(changed);
  expect(await stored(olga)).toMatchObject(changed);
});

test('a link with a known name under another key: it may be another person', async () => {
  const { olga, other, dialog } = await addLink();
  await dialog.getByRole('button', { name: 'Another person' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  const keys = (await stored(olga)).map(({ key }) => key);
  expect(keys.sort()).toEqual([KEYS.alice, other.key].sort());
  expect(olga.app.contacts.all).toHaveLength(2);
  expect(olga.app.contacts.get(other.key)?.keyBefore).toBeUndefined();
});

test('a caller who uses a known name is not added without the question', async () => {
  const { olga, other, app } = await start();
  await other.call(olga);
  await olga.comesTo('incoming');
  other.app.calls.hangUp();
  await olga.comesTo('ended');
  const screen = await render(PersonScreen, { app, personKey: other.key });
  await screen.getByRole('button', { name: 'Add to contacts' }).click();
  await expect
    .element(screen.getByRole('dialog', { name: 'Is this the Alice you know?' }))
    .toBeVisible();
  expect(await stored(olga)).toHaveLength(1);
});

test('in the list: no calls, and why', async () => {
  const { app } = await startChanged();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  const call = screen.getByRole('button', { name: 'Call Alice' });
  await expect.element(call).toBeDisabled();
  await expect.element(call).toHaveAccessibleDescription('New key: check it first');
  await expectAccessible('component');
});

test('on the page: what happened, the words, and the way back to calls', async () => {
  const { world, olga, other, app } = await startChanged();
  const screen = await render(PersonScreen, { app, personKey: other.key });
  const notice = screen.getByRole('region', { name: 'Alice has a new key' });
  const call = screen.getByRole('button', { name: 'Call now' });
  await expect.element(call).toBeDisabled();
  await expect.element(call).toHaveAccessibleDescription('Alice has a new key');
  await expectAccessible('component');
  await world.pass(5_000);
  expect(olga.channelsTo(other)).toBe(0);
  await notice.getByRole('button', { name: 'Safety words' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Safety words' });
  await dialog.getByRole('button', { name: 'Close' }).click();
  await notice.getByRole('button', { name: 'I’ve checked: allow calls' }).click();
  await expect.element(notice).not.toBeInTheDocument();
  await expect.element(call).toBeEnabled();
  expect((await stored(olga))[0]).not.toHaveProperty('keyBefore');
  // As on the page of anybody else, a call is made ready.
  await expect.poll(() => olga.channelsTo(other)).toBe(1);
  await call.click();
  await other.comesTo('incoming');
});

test('on the page: or it is somebody else, who is blocked', async () => {
  const { olga, other, app } = await startChanged();
  const screen = await render(PersonScreen, { app, personKey: other.key });
  await screen.getByRole('button', { name: 'Block' }).click();
  const dialog = screen.getByRole('alertdialog', { name: 'Block Alice?' });
  await dialog.getByRole('button', { name: 'Block' }).click();
  await expect.poll(() => olga.app.contacts.get(other.key)?.trust).toBe('blocked');
  expect(await stored(olga)).toMatchObject([{ key: other.key, trust: 'blocked' }]);
});
