import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import ContactsScreen from './ContactsScreen.svelte';
import PersonScreen from './PersonScreen.svelte';

function start() {
  const fake = new FakeWoxly();
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  return { fake, app: new AppState(fake) };
}

const changed = contactOf(KEYS.boris, 'Alice', { keyBefore: KEYS.alice });

async function addLink() {
  const { fake, app } = start();
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  await screen.getByRole('button', { name: 'Add contact' }).click();
  const link = `https://woxly.example/#/i/alice.${KEYS.boris}`;
  await screen.getByRole('textbox', { name: 'Key or invite link' }).fill(link);
  await screen.getByRole('button', { name: 'Add', exact: true }).click();
  const dialog = screen.getByRole('dialog', { name: 'Is this the Alice you know?' });
  await expect.element(dialog).toBeVisible();
  return { fake, screen, dialog };
}

test('a link with a known name under another key: it may be a new key', async () => {
  const { fake, dialog } = await addLink();
  expect(fake.contacts.all).toHaveLength(1);
  await expectAccessible('component');
  await dialog.getByRole('button', { name: 'Alice’s new key' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(fake.contacts.all).toMatchObject([{ key: KEYS.boris, keyBefore: KEYS.alice }]);
});

test('a link with a known name under another key: it may be another person', async () => {
  const { fake, dialog } = await addLink();
  await dialog.getByRole('button', { name: 'Another person' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(fake.contacts.all.map(({ key }) => key).sort()).toEqual([KEYS.alice, KEYS.boris].sort());
  expect(fake.contacts.get(KEYS.boris)?.keyBefore).toBeUndefined();
});

test('a caller who uses a known name is not added without the question', async () => {
  const { fake, app } = start();
  fake.history.set([recordOf('1', KEYS.stranger, 'Alice', Date.now(), 5)]);
  const screen = await render(PersonScreen, { app, personKey: KEYS.stranger });
  await screen.getByRole('button', { name: 'Add to contacts' }).click();
  await expect
    .element(screen.getByRole('dialog', { name: 'Is this the Alice you know?' }))
    .toBeVisible();
  expect(fake.contacts.all).toHaveLength(1);
});

test('in the list: no calls, and why', async () => {
  const { fake, app } = start();
  fake.contacts.set([changed]);
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  const call = screen.getByRole('button', { name: 'Call Alice' });
  await expect.element(call).toBeDisabled();
  await expect.element(call).toHaveAccessibleDescription('New key: check it first');
  await expectAccessible('component');
});

test('on the page: what happened, the words, and the way back to calls', async () => {
  const { fake, app } = start();
  fake.contacts.set([changed]);
  const screen = await render(PersonScreen, { app, personKey: KEYS.boris });
  const notice = screen.getByRole('region', { name: 'Alice has a new key' });
  const call = screen.getByRole('button', { name: 'Call now' });
  await expect.element(call).toBeDisabled();
  await expect.element(call).toHaveAccessibleDescription('Alice has a new key');
  await expectAccessible('component');
  expect(fake.calls.asked).toEqual([]);
  await notice.getByRole('button', { name: 'Safety words' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Safety words' });
  await dialog.getByRole('button', { name: 'Close' }).click();
  await notice.getByRole('button', { name: 'I’ve checked: allow calls' }).click();
  await expect.element(notice).not.toBeInTheDocument();
  await expect.element(call).toBeEnabled();
  expect(fake.calls.asked).toEqual([`prepare ${KEYS.boris}`]);
});

test('on the page: or it is somebody else, who is blocked', async () => {
  const { fake, app } = start();
  fake.contacts.set([changed]);
  const screen = await render(PersonScreen, { app, personKey: KEYS.boris });
  await screen.getByRole('button', { name: 'Block' }).click();
  const dialog = screen.getByRole('alertdialog', { name: 'Block Alice?' });
  await dialog.getByRole('button', { name: 'Block' }).click();
  await expect.poll(() => fake.contacts.get(KEYS.boris)?.trust).toBe('blocked');
});
