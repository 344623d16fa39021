import '#lib/ui/styles/index.css';
import { createRawSnippet } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyBrowser, WoxlyPerson } from '#lib/testing/woxly-world.ts';
import App from './App.svelte';

/** Twelve words of a key that nobody here has had. */
const OTHER_WORDS = `${'abandon '.repeat(11)}about`;
const page = createRawSnippet(() => ({
  render: () => '<main id="main" tabindex="-1"><h1>A page</h1></main>',
}));

const show = (woxly: WoxlyPerson['app']) =>
  render(App, {
    app: new AppState(woxly),
    path: '/',
    onCleanAddress: () => undefined,
    children: page,
  });

/** The first screen of a browser in which nobody has been yet. */
async function firstVisit(prepare = (_: WoxlyBrowser) => {}) {
  const world = await WoxlyWorld.begin();
  const browser = world.browser();
  prepare(browser);
  const app = await browser.open();
  return { world, browser, app, screen: await show(app) };
}

const wordsOf = async ({ app }: WoxlyPerson) => (await app.identity.recoveryWords())?.join(' ');

/** The first screen of Olga, of whom this browser has lost something. */
async function damaged(lost: 'keys' | 'profile') {
  const world = await WoxlyWorld.begin();
  const olga = await world.person('Olga');
  const words = (await wordsOf(olga)) ?? '';
  const { key, browser } = olga;
  await olga.app.stop();
  if (lost === 'keys') browser.vault.broken = true;
  else browser.stores.profileBroken = true;
  const app = await browser.open();
  return { browser, key, words, app, screen: await show(app) };
}

test('first visit: a name, one button, done', async () => {
  const { browser, app, screen } = await firstVisit();
  await expect.element(screen.getByRole('heading', { name: 'Welcome to WOXLY' })).toBeVisible();
  await expectAccessible('page');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Enter a name first.');
  await screen.getByRole('textbox', { name: 'Your name' }).fill('  Olga \u202e');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(app.identity.profile).toMatchObject({ name: 'Olga' });
  expect(await browser.stores.profile.load()).toMatchObject({ name: 'Olga' });
});

test('first visit: an identity comes back from its words, and wrong words say what is wrong', async () => {
  const { world, app, screen } = await firstVisit();
  const before = await world.person('Olga');
  const words = (await wordsOf(before)) ?? '';
  await screen.getByRole('button', { name: 'Restore from recovery words' }).click();
  await screen.getByRole('button', { name: 'Restore', exact: true }).click();
  for (const missing of [/exactly 12 words/, /Enter a name first/]) {
    await expect.element(screen.getByText(missing)).toBeVisible();
  }
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('textbox', { name: 'Recovery words' }).fill('only three words');
  await screen.getByRole('button', { name: 'Restore' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('exactly 12 words');
  await screen.getByRole('textbox', { name: 'Recovery words' }).fill(words);
  await screen.getByRole('button', { name: 'Restore' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(app.identity.profile?.key).toBe(before.key);
});

test('a key that cannot be read: it is said, and nothing is made in its place unasked', async () => {
  const { browser, key, app, screen } = await damaged('keys');
  const title = screen.getByRole('heading', { name: 'Your key can’t be read' });
  await expect.element(title).toBeVisible();
  await expectAccessible('page');
  expect(screen.getByRole('textbox').elements()).toHaveLength(0);
  await screen.getByRole('button', { name: 'Enter recovery words' }).click();
  await expect.element(screen.getByRole('textbox', { name: 'Your name' })).toHaveValue('Olga');
  await screen.getByRole('button', { name: 'Back' }).click();
  await screen.getByRole('button', { name: 'Start with a new key' }).click();
  const question = screen.getByRole('alertdialog', { name: 'Give up your key?' });
  await expectAccessible('page');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect.element(title).toBeVisible();
  expect(await browser.vault.load()).toBe('unreadable');
  await screen.getByRole('button', { name: 'Start with a new key' }).click();
  await question.getByRole('button', { name: 'Start with a new key' }).click();
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(app.identity.profile).toMatchObject({ name: 'Olga' });
  expect(app.identity.profile?.key).not.toBe(key);
});

test('the words bring back a key that cannot be read', async () => {
  const { key, words, app, screen } = await damaged('keys');
  await screen.getByRole('button', { name: 'Enter recovery words' }).click();
  await screen.getByRole('textbox', { name: 'Recovery words' }).fill(words);
  await screen.getByRole('button', { name: 'Restore' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(app.identity.profile).toMatchObject({ key, name: 'Olga' });
});

test('words of another key than the one that was here are used only when that is chosen', async () => {
  const { browser, key, app, screen } = await damaged('keys');
  await screen.getByRole('button', { name: 'Enter recovery words' }).click();
  await screen.getByRole('textbox', { name: 'Recovery words' }).fill(OTHER_WORDS);
  await screen.getByRole('button', { name: 'Restore' }).click();
  const question = screen.getByRole('alertdialog', { name: 'Use a different key?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('a different key');
  expect(app.identity.profile).toBeUndefined();
  expect(await browser.vault.load()).toBe('unreadable');
  await screen.getByRole('button', { name: 'Restore' }).click();
  await question.getByRole('button', { name: 'Use this key' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(app.identity.profile?.key).not.toBe(key);
});

test('a name that cannot be read is asked for again, and the key stays', async () => {
  const { key, app, screen } = await damaged('profile');
  await expect.element(screen.getByRole('heading', { name: 'What’s your name?' })).toBeVisible();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(app.identity.profile).toMatchObject({ key, name: 'Olga' });
});

test('missed calls are counted in the title and in the navigation', async () => {
  const world = await WoxlyWorld.begin();
  const [olga, alice] = await Promise.all([world.person('Olga'), world.person('Alice')]);
  await alice.call(olga);
  await olga.comesTo('incoming');
  alice.app.calls.hangUp();
  await olga.comesTo('ended');
  await olga.app.stop();
  olga.browser.stores.profileBroken = true;
  const screen = await show(await olga.browser.open());
  await expect.poll(() => document.title).toBe('(1) Welcome to WOXLY – WOXLY');
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('button', { name: 'Start' }).click();
  const link = screen.getByRole('link', { name: 'Calls' });
  await expect.element(link).toHaveAccessibleDescription('1 missed call');
});

test('before there is anybody to reach nothing is said about reaching them', async () => {
  const { app, screen } = await firstVisit(({ pageLife }) => (pageLife.online = false));
  const status = screen.getByRole('status', { name: 'Network status' });
  expect(app.reachability.status).toBe('offline');
  await expect.element(screen.getByRole('heading', { name: 'Welcome to WOXLY' })).toBeVisible();
  await expect.element(status).not.toBeInTheDocument();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(status).toMatchTextContent(/^Offline/);
});

test('the focus goes along: to the words, back, and into the app', async () => {
  const { screen } = await firstVisit();
  await screen.getByRole('button', { name: 'Restore from recovery words' }).click();
  const title = screen.getByRole('heading', { name: 'Restore from recovery words' });
  await expect.element(title).toHaveFocus();
  await expect.poll(() => document.title).toBe('Restore from recovery words – WOXLY');
  await screen.getByRole('button', { name: 'Back' }).click();
  await expect
    .element(screen.getByRole('button', { name: 'Restore from recovery words' }))
    .toHaveFocus();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('main')).toHaveFocus();
});
