import '#lib/ui/styles/index.css';
import { expect, onTestFinished, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import { appearance } from './appearance.svelte.ts';
import { language } from '#lib/ui/words/locale.svelte.ts';
import SettingsScreen from './SettingsScreen.svelte';

async function start() {
  const fake = new FakeWoxly();
  await fake.identity.create('Olga');
  const screen = await render(SettingsScreen, { app: new AppState(fake), version: '0.1.0' });
  return { fake, screen };
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
  const { fake, screen } = await start();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga K.');
  await screen.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => fake.identity.profile?.name).toBe('Olga K.');
});

test('privacy: switches and blocked people', async () => {
  const { fake, screen } = await start();
  fake.contacts.set([contactOf(KEYS.boris, 'Boris', { trust: 'blocked' })]);
  await screen.getByRole('switch', { name: 'Hide my IP address' }).click();
  await screen.getByRole('switch', { name: 'Allow calls from people I don’t know' }).click();
  await screen.getByRole('button', { name: 'Unblock Boris' }).click();
  await screen.getByRole('switch', { name: 'Show when I’m online' }).click();
  await screen.getByRole('switch', { name: 'Data saver' }).click();
  expect(fake.settings.current).toMatchObject({
    hideAddress: true,
    strangersMayRing: false,
    sharePresence: false,
    dataSaver: true,
  });
  expect(fake.contacts.get(KEYS.boris)?.trust).toBe('contact');
  await expect.element(screen.getByText('Nobody is blocked.')).toBeVisible();
});

test('sound: the test ring starts and stops, and stops when the page is left', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('slider', { name: 'Ring volume' }).fill('0.5');
  expect(fake.settings.current.ringVolume).toBe(0.5);
  await screen.getByRole('button', { name: 'Test ring' }).click();
  expect(fake.audio.ringing).toBe(true);
  await screen.getByRole('button', { name: 'Stop ringing' }).click();
  expect(fake.audio.ringing).toBe(false);
  await screen.getByRole('button', { name: 'Test ring' }).click();
  await screen.unmount();
  expect(fake.audio.ringing).toBe(false);
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
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Show recovery words' }).click();
  const words = screen.getByRole('list', { name: 'Recovery words' }).getByRole('listitem');
  expect(words.elements()).toHaveLength(12);
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'I’ve written them down' }).click();
  const confirm = screen.getByRole('button', { name: 'Confirm' });
  await confirm.click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('At least one word');
  const asked = [
    ['Word number 3', ' Thank'],
    ['Word number 7', 'worth'],
    ['Word number 11', 'thank'],
  ] as const;
  for (const [name, word] of asked) await screen.getByRole('textbox', { name }).fill(word);
  await confirm.click();
  await expect.element(screen.getByText(/can’t be shown again/)).toBeVisible();
  expect(fake.identity.profile?.wordsConfirmed).toBe(true);
});
