import '#lib/ui/styles/index.css';
import { afterEach, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import ContactsScreen from './ContactsScreen.svelte';

afterEach(() => {
  vi.unstubAllGlobals();
});

async function show({ app: woxly }: WoxlyPerson) {
  const opened: string[] = [];
  const app = new AppState(woxly);
  const screen = await render(ContactsScreen, { app, onOpen: (key: string) => opened.push(key) });
  return { screen, opened };
}

/** Olga's screen. Of her contacts Boris is online, and Alice is not. */
async function start() {
  const world = await WoxlyWorld.begin();
  const boris = await world.person('Boris');
  const olga = await world.person('Olga', {
    contacts: [contactOf(KEYS.alice, 'Alice'), contactOf(boris.key, 'Boris')],
  });
  await world.pass(5_000);
  return { world, olga, boris, ...(await show(olga)) };
}

/** What is stored of a contact. */
const storedOf = async ({ browser }: WoxlyPerson, key: string) =>
  (await browser.stores.contacts.all()).find((contact) => contact.key === key);

test('every person is in the list, with a call and a message', async () => {
  const { boris, screen, opened } = await start();
  await expectAccessible('component');
  const list = screen.getByRole('list', { name: 'Contacts' });
  await expect.element(list.getByRole('listitem', { name: 'Alice, Offline' })).toBeVisible();
  const row = list.getByRole('listitem', { name: 'Boris, Online' });
  await row.getByRole('button', { name: 'Message Boris' }).click();
  expect(opened).toEqual([boris.key]);
  const call = row.getByRole('button', { name: 'Call Boris' });
  await call.click();
  await boris.comesTo('incoming');
  expect(boris.app.calls.current?.peer.name).toBe('Olga');
  await expect.element(call).toBeDisabled();
});

test('a press makes ready what the call needs, before the click that follows it', async () => {
  const { world, olga, boris, screen } = await start();
  const call = screen.getByRole('button', { name: 'Call Boris' });
  // Pointing at it for a moment would do the same.
  await screen.getByRole('button', { name: 'My key' }).hover();
  await world.pass(120_000);
  expect(olga.channelsTo(boris)).toBe(0);
  call.element().dispatchEvent(new PointerEvent('pointerdown'));
  await expect.poll(() => olga.channelsTo(boris)).toBe(1);
  await world.pass(1_000);
  expect(olga.app.calls.current).toBeUndefined();
  expect(boris.app.calls.current).toBeUndefined();
  call.element().dispatchEvent(new MouseEvent('click', { bubbles: true }));
  await boris.comesTo('incoming');
  expect(olga.channelsTo(boris)).toBe(1);
});

test('my key: the whole key, the link, and its code', async () => {
  const { olga, screen } = await start();
  await screen.getByRole('button', { name: 'My key' }).click();
  const dialog = screen.getByRole('dialog', { name: 'My key' });
  await expect.element(dialog.getByRole('textbox', { name: 'WOXLY key' })).toHaveValue(olga.key);
  const link = dialog.getByRole('textbox', { name: 'Invite link' });
  await expect.element(link).toHaveValue(await olga.app.identity.inviteLink());
  const code = dialog.getByRole('img', { name: 'QR code of my invite link' });
  await expect.element(code).toBeVisible();
  for (const name of ['Copy key', 'Copy link']) {
    await expect.element(dialog.getByRole('button', { name })).toBeVisible();
  }
  await expectAccessible('component');
});

test('add a contact: what is wrong is said, and nothing is stored', async () => {
  const { world, olga, screen } = await start();
  const chen = await world.person('Chen');
  const link = await chen.app.identity.inviteLink();
  await screen.getByRole('button', { name: 'Add contact' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Add contact' });
  const text = dialog.getByRole('textbox', { name: 'Key or invite link' });
  await expect.element(text).toHaveFocus();
  const wrong: readonly (readonly [string, string])[] = [
    ['', 'Enter a key or an invite link.'],
    ['garbage', 'not a WOXLY key'],
    ['https://woxly.example/', 'not a WOXLY invite link'],
    [link.slice(0, -20), 'only part'],
    [`${link.slice(0, -20)}${'A'.repeat(20)}`, 'changed on its way'],
    [olga.key, 'your own key'],
    [await olga.app.identity.inviteLink(), 'your own key'],
    [KEYS.alice, 'already in your contacts'],
  ];
  for (const [pasted, said] of wrong) {
    await text.fill(pasted);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect.element(dialog.getByRole('alert')).toMatchTextContent(said);
    await expect.element(text).toHaveFocus();
  }
  await expectAccessible('component');
  expect(olga.app.contacts.all).toHaveLength(2);
  expect(await olga.browser.stores.contacts.all()).toHaveLength(2);
  await text.fill(link);
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Chen from work');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  await expect.element(screen.getByRole('listitem', { name: /^Chen from work/ })).toBeVisible();
  expect(await storedOf(olga, chen.key)).toMatchObject({ name: 'Chen from work' });
});

test('call a key that is not in the contacts', async () => {
  const { world, screen } = await start();
  const stranger = await world.person('Stranger');
  await world.pass(5_000);
  await screen.getByRole('button', { name: 'Call a key' }).click();
  const dialog = screen.getByRole('dialog', { name: 'Call a key' });
  await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill('nonsense');
  await dialog.getByRole('button', { name: 'Call', exact: true }).click();
  await expect.element(dialog.getByRole('alert')).toMatchTextContent('not a WOXLY key');
  await expectAccessible('component');
  await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill(stranger.key);
  await dialog.getByRole('button', { name: 'Call', exact: true }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  await stranger.comesTo('incoming');
  expect(stranger.app.calls.current?.peer.name).toBe('Olga');
});

test('the menu of a person, with the keyboard only', async () => {
  const { olga, boris, screen } = await start();
  const more = screen.getByRole('button', { name: 'More about Boris' });
  await expect.element(more).toBeVisible();
  (more.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(screen.getByRole('menuitem', { name: 'Rename' })).toHaveFocus();
  await expectAccessible('component');
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await expect.poll(() => olga.app.contacts.get(boris.key)?.hideAddress).toBe(true);
  expect(await storedOf(olga, boris.key)).toMatchObject({ hideAddress: true });

  (more.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(screen.getByRole('menuitem', { name: 'Rename' })).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  const name = screen.getByRole('textbox', { name: 'Name' });
  await expect.element(name).toHaveFocus();
  await name.fill('Boris the Elder');
  await userEvent.keyboard('{Enter}');
  await expect.element(screen.getByRole('listitem', { name: /^Boris the Elder/ })).toBeVisible();
  expect(await storedOf(olga, boris.key)).toMatchObject({ name: 'Boris the Elder' });
});

test.each([
  ['Block', 'Block Boris?', 'blocked'],
  ['Remove', 'Remove Boris?', undefined],
] as const)('%s asks first', async (item, title, outcome) => {
  const { olga, boris, screen } = await start();
  const choose = async () => {
    await screen.getByRole('button', { name: 'More about Boris' }).click();
    await screen.getByRole('menuitem', { name: item }).click();
  };
  const row = screen.getByRole('listitem', { name: 'Boris, Online' });
  const dialog = screen.getByRole('alertdialog', { name: title });
  await choose();
  await expectAccessible('component');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  await expect.element(row).toBeVisible();
  expect(await storedOf(olga, boris.key)).toMatchObject({ trust: 'contact' });
  await choose();
  await dialog.getByRole('button', { name: item }).click();
  await expect.element(row).not.toBeInTheDocument();
  expect((await storedOf(olga, boris.key))?.trust).toBe(outcome);
  expect(olga.app.contacts.get(boris.key)?.trust).toBe(outcome);
});

test('nobody yet', async () => {
  const world = await WoxlyWorld.begin();
  const { screen } = await show(await world.person('Olga'));
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
  const world = await WoxlyWorld.begin();
  const olga = await world.person('Olga', {}, ({ paths }) => {
    paths.supported = false;
  });
  const { screen } = await show(olga);
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
