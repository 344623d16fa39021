import '#lib/ui/styles/index.css';
import { expect, onTestFinished, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { Kept } from '#lib/testing/woxly-world.ts';
import { appearance } from './appearance.svelte.ts';
import { language } from '#lib/ui/words/locale.svelte.ts';
import SettingsScreen from './SettingsScreen.svelte';

/** The settings of somebody who can be reached. */
async function start(kept: Kept = {}) {
  const world = await WoxlyWorld.begin();
  const olga = await world.person('Olga', kept);
  const screen = await render(SettingsScreen, { app: new AppState(olga.app), version: '0.1.0' });
  return { olga, screen };
}

test('all the headings are there, and axe finds nothing in light or dark', async () => {
  const { screen } = await start();
  onTestFinished(() => appearance.choose('system'));
  const names = [
    'Profile',
    'Relays',
    'Connection doctor',
    'Privacy',
    'Sound',
    'Appearance',
    'Language',
    'Backup',
    'About',
  ];
  for (const name of names) {
    await expect.element(screen.getByRole('heading', { name, exact: true })).toBeInTheDocument();
  }
  for (const name of ['Light', 'Dark']) {
    await screen.getByText(name, { exact: true }).click();
    await expectAccessible('component');
  }
  expect(document.documentElement.dataset['appearance']).toBe('dark');
});

test('profile: a new name', async () => {
  const { olga, screen } = await start();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga K.');
  await screen.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => olga.name).toBe('Olga K.');
  expect(await olga.browser.stores.profile.load()).toMatchObject({ name: 'Olga K.' });
});

test('privacy: switches and blocked people', async () => {
  const { olga, screen } = await start({
    contacts: [contactOf(KEYS.boris, 'Boris', { trust: 'blocked' })],
  });
  await screen.getByRole('switch', { name: 'Hide my IP address' }).click();
  await screen.getByRole('switch', { name: 'Allow calls from people I don’t know' }).click();
  await screen.getByRole('button', { name: 'Unblock Boris' }).click();
  await screen.getByRole('switch', { name: 'Show when I’m online' }).click();
  await screen.getByRole('switch', { name: 'Data saver' }).click();
  await expect.element(screen.getByText('Nobody is blocked.')).toBeVisible();
  expect(await olga.browser.stores.settings.load()).toMatchObject({
    hideAddress: true,
    strangersMayRing: false,
    sharePresence: false,
    dataSaver: true,
  });
  expect(olga.app.contacts.get(KEYS.boris)?.trust).toBe('contact');
});

test('sound: the test ring starts and stops, and stops when the page is left', async () => {
  const { olga, screen } = await start();
  const playing = () => [...olga.browser.attention.playing];
  await screen.getByRole('slider', { name: 'Ring volume' }).fill('0.5');
  await expect.poll(() => olga.app.settings.current.ringVolume).toBe(0.5);
  await screen.getByRole('button', { name: 'Test ring' }).click();
  expect(playing()).toEqual(['ring']);
  await screen.getByRole('button', { name: 'Stop ringing' }).click();
  expect(playing()).toEqual([]);
  await screen.getByRole('button', { name: 'Test ring' }).click();
  expect(playing()).toEqual(['ring']);
  await screen.unmount();
  expect(playing()).toEqual([]);
});

test('language: every word changes at once, and nothing is reloaded', async () => {
  language.start();
  onTestFinished(() => language.choose('en'));
  const { screen } = await start();
  await screen.getByText('Русский').click();
  await expect.element(screen.getByRole('heading', { name: 'Ретрансляторы' })).toBeVisible();
  expect(document.documentElement.lang).toBe('ru');
  await screen.getByText('English').click();
  await expect.element(screen.getByRole('heading', { name: 'Relays' })).toBeVisible();
});

test('backup: words are shown, checked, and then gone', async () => {
  const { olga, screen } = await start();
  const written = (await olga.app.identity.recoveryWords()) ?? [];
  await screen.getByRole('button', { name: 'Show recovery words' }).click();
  const words = screen.getByRole('list', { name: 'Recovery words' }).getByRole('listitem');
  expect(words.elements().map(({ textContent }) => textContent)).toEqual(written);
  expect(written).toHaveLength(12);
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'I’ve written them down' }).click();
  const confirm = screen.getByRole('button', { name: 'Confirm' });
  await confirm.click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('At least one word');
  expect(olga.app.identity.profile?.wordsConfirmed).toBe(false);
  const asked = [
    ['Word number 3', ` ${written[2]?.toUpperCase()}`],
    ['Word number 7', written[6] ?? ''],
    ['Word number 11', written[10] ?? ''],
  ] as const;
  for (const [name, word] of asked) await screen.getByRole('textbox', { name }).fill(word);
  await confirm.click();
  await expect.element(screen.getByText(/can’t be shown again/)).toBeVisible();
  expect(olga.app.identity.profile?.wordsConfirmed).toBe(true);
  expect(await olga.browser.vault.entropy()).toBeUndefined();
});
