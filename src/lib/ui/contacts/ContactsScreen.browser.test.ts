import '#lib/ui/styles/index.css';
import { afterEach, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import ContactsScreen from './ContactsScreen.svelte';

afterEach(() => {
  vi.unstubAllGlobals();
});

async function start() {
  const fake = new FakeWoxly();
  await fake.identity.create('Olga');
  fake.contacts.set([contactOf(KEYS.alice, 'Alice'), contactOf(KEYS.boris, 'Boris')]);
  const app = new AppState(fake);
  const opened: string[] = [];
  const screen = await render(ContactsScreen, { app, onOpen: (key: string) => opened.push(key) });
  return { fake, app, screen, opened };
}

test('every person is in the list, with a call and a message', async () => {
  const { fake, screen, opened } = await start();
  await expectAccessible('component');
  const list = screen.getByRole('list', { name: 'Contacts' });
  const boris = list.getByRole('listitem', { name: 'Boris' });
  await boris.getByRole('button', { name: 'Message Boris' }).click();
  expect(opened).toEqual([KEYS.boris]);
  await boris.getByRole('button', { name: 'Call Boris' }).click();
  // A press makes ready what the call needs, before the click that follows it.
  expect(fake.calls.asked.slice(0, 2)).toEqual([`prepare ${KEYS.boris}`, `call ${KEYS.boris}`]);
  await expect.element(boris.getByRole('button', { name: 'Call Boris' })).toBeDisabled();
});

test('my key: the whole key, the link, and its code', async () => {
  const { screen } = await start();
  await screen.getByRole('button', { name: 'My key' }).click();
  const dialog = screen.getByRole('dialog', { name: 'My key' });
  await expect.element(dialog.getByRole('textbox', { name: 'WOXLY key' })).toHaveValue(KEYS.me);
  const link = dialog.getByRole('textbox', { name: 'Invite link' });
  await expect.element(link).toHaveValue(`https://woxly.example/#/i/Olga.${KEYS.me}`);
  const code = dialog.getByRole('img', { name: 'QR code of my invite link' });
  await expect.element(code).toBeVisible();
  for (const name of ['Copy key', 'Copy link']) {
    await expect.element(dialog.getByRole('button', { name })).toBeVisible();
  }
  await expectAccessible('component');
});

test('add a contact: what is wrong is said, and nothing is stored', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Add contact' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Add contact' });
  const text = dialog.getByRole('textbox', { name: 'Key or invite link' });
  await expect.element(text).toHaveFocus();
  const wrong: readonly (readonly [string, string])[] = [
    ['', 'Enter a key or an invite link.'],
    ['garbage', 'not a WOXLY key'],
    ['https://woxly.example/#/i/cut', 'only part'],
    [KEYS.me, 'your own key'],
    [KEYS.alice, 'already in your contacts'],
  ];
  for (const [pasted, said] of wrong) {
    await text.fill(pasted);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect.element(dialog.getByRole('alert')).toMatchTextContent(said);
    await expect.element(text).toHaveFocus();
  }
  await expectAccessible('component');
  expect(fake.contacts.all).toHaveLength(2);
  await text.fill(`https://woxly.example/#/i/Chen.${KEYS.chen}`);
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Chen from work');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  await expect.element(screen.getByRole('listitem', { name: 'Chen from work' })).toBeVisible();
});

test('call a key that is not in the contacts', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Call a key' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Call a key' });
  await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill('nonsense');
  await dialog.getByRole('button', { name: 'Call', exact: true }).click();
  await expect.element(dialog.getByRole('alert')).toMatchTextContent('not a WOXLY key');
  await expectAccessible('component');
  await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill(KEYS.stranger);
  await dialog.getByRole('button', { name: 'Call', exact: true }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(fake.calls.asked).toEqual([`call ${KEYS.stranger}`]);
});

test('the menu of a person, with the keyboard only', async () => {
  const { fake, screen } = await start();
  const more = screen.getByRole('button', { name: 'More about Boris' });
  await expect.element(more).toBeVisible();
  (more.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(screen.getByRole('menuitem', { name: 'Rename' })).toHaveFocus();
  await expectAccessible('component');
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await expect.poll(() => fake.contacts.get(KEYS.boris)?.hideAddress).toBe(true);

  (more.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(screen.getByRole('menuitem', { name: 'Rename' })).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  const name = screen.getByRole('textbox', { name: 'Name' });
  await expect.element(name).toHaveFocus();
  await name.fill('Boris the Elder');
  await userEvent.keyboard('{Enter}');
  await expect.element(screen.getByRole('listitem', { name: 'Boris the Elder' })).toBeVisible();
});

test.each([
  ['Block', 'Block Boris?', () => 'blocked' as const],
  ['Remove', 'Remove Boris?', () => undefined],
])('%s asks first', async (item, title, outcome) => {
  const { fake, screen } = await start();
  const choose = async () => {
    await screen.getByRole('button', { name: 'More about Boris' }).click();
    await screen.getByRole('menuitem', { name: item }).click();
  };
  const dialog = screen.getByRole('alertdialog', { name: title });
  await choose();
  await expectAccessible('component');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(fake.contacts.get(KEYS.boris)?.trust).toBe('contact');
  await choose();
  await dialog.getByRole('button', { name: item }).click();
  await expect.element(screen.getByRole('listitem', { name: 'Boris' })).not.toBeInTheDocument();
  expect(fake.contacts.get(KEYS.boris)?.trust).toBe(outcome());
});

test('nobody yet', async () => {
  const { fake, screen } = await start();
  fake.contacts.set([]);
  await expect.element(screen.getByText('Invite the first person')).toBeVisible();
  await expectAccessible('component');
});

test.each([
  ['reads codes', Object, 'Paste what they sent you, or scan their code.'],
  ['reads none', undefined, 'Paste what they sent you.'],
])('scanning is spoken of only where the browser %s', async (_, detector, lead) => {
  vi.stubGlobal('BarcodeDetector', detector);
  const { screen } = await start();
  await screen.getByRole('button', { name: 'Add contact' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Add contact' });
  await expect.element(dialog.getByText(lead, { exact: true })).toBeVisible();
});

test('a browser without voice connections says so, and what works elsewhere', async () => {
  const fake = new FakeWoxly();
  await fake.identity.create('Olga');
  fake.calls.supported = false;
  const app = new AppState(fake);
  const screen = await render(ContactsScreen, { app, onOpen: () => undefined });
  await expect.element(screen.getByRole('note')).toMatchTextContent('Calls don’t work in this');
  await expectAccessible('component');
});

test('with a menu open the first press of something else is not lost', async () => {
  const { screen } = await start();
  await screen.getByRole('button', { name: 'More about Alice' }).click();
  await expect.element(screen.getByRole('menu')).toBeVisible();
  await screen.getByRole('button', { name: 'Add contact' }).click();
  await expect.element(screen.getByRole('dialog', { name: 'Add contact' })).toBeVisible();
  await expect.element(screen.getByRole('menu')).not.toBeInTheDocument();
});
