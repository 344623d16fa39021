import '#lib/ui/styles/index.css';
import { createRawSnippet } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { describedRelay } from '#lib/testing/relay-descriptors.ts';
import { answerLookups } from '#lib/testing/relay-services.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import App from './App.svelte';

const page = createRawSnippet(() => ({
  render: () => '<main id="main" tabindex="-1"><h1>A page</h1></main>',
}));

/** Shows an app; `hash` is what the address bar says. */
function show(woxly: WoxlyPerson['app'], hash = '') {
  const clean = () => history.replaceState(null, '', location.pathname + location.search);
  if (hash) history.replaceState(null, '', hash);
  onTestFinished(clean);
  return render(App, {
    app: new AppState(woxly),
    path: '/',
    onCleanAddress: clean,
    children: page,
  });
}

/** Olga, and Boris with the fragment of his invite link. */
async function people() {
  const world = await WoxlyWorld.begin();
  const [olga, boris] = await Promise.all([world.person('Olga'), world.person('Boris')]);
  const invite = new URL(await boris.app.identity.inviteLink()).hash;
  return { world, olga, boris, invite };
}

test('an invite link leads to a question, and the address bar is clean again', async () => {
  const { olga, boris, invite } = await people();
  const screen = await show(olga.app, invite);
  const dialog = screen.getByRole('dialog', { name: 'Add or call Boris?' });
  await expect.element(dialog).toBeVisible();
  expect(location.hash).toBe('');
  await expectAccessible('page');
  expect(olga.app.contacts.all).toEqual([]);
  await dialog.getByRole('button', { name: 'Add' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(olga.app.contacts.get(boris.key)).toMatchObject({ name: 'Boris' });
});

test('who is invited may be called without being added', async () => {
  const { olga, boris, invite } = await people();
  const screen = await show(olga.app, invite);
  const dialog = screen.getByRole('dialog', { name: 'Add or call Boris?' });
  await dialog.getByRole('button', { name: 'Call' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  await boris.comesTo('incoming');
  expect(olga.app.contacts.all).toEqual([]);
});

test('an invite is carried across the first visit', async () => {
  const { world, invite } = await people();
  const screen = await show(await world.browser().open());
  location.hash = invite;
  await expect.element(screen.getByText('Boris has invited you')).toBeVisible();
  expect(location.hash).toBe('');
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Clara');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('dialog', { name: 'Add or call Boris?' })).toBeVisible();
});

test('an invite opened while WOXLY is open, and a broken one', async () => {
  const { olga, invite } = await people();
  const screen = await show(olga.app);
  location.hash = invite.slice(0, -20);
  const dialog = screen.getByRole('dialog', { name: 'This invite link doesn’t work' });
  await expect.element(dialog.getByRole('alert')).toMatchTextContent('only part');
  location.hash = invite;
  await expect.element(screen.getByRole('dialog', { name: 'Add or call Boris?' })).toBeVisible();
});

test('a relay link leads to a question, and the address bar is clean again', async () => {
  const { world, olga } = await people();
  const { address } = await describedRelay(200, 'relay.example');
  const relay = world.network.relay(address);
  answerLookups(relay);
  const link = olga.app.reachability.link(address);
  const screen = await show(olga.app, new URL(link).hash);
  const dialog = screen.getByRole('dialog', { name: 'Add relay relay.example?' });
  await expect.element(dialog.getByText(address)).toBeVisible();
  expect(location.hash).toBe('');
  expect(olga.app.settings.current.relays).toEqual([]);
  await expectAccessible('page');
  await dialog.getByRole('button', { name: 'Add relay' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(olga.app.settings.current.relays).toEqual([address]);
  await expect.poll(() => relay.holds(olga.browser.device)).toBe(true);
  location.hash = '#/r/broken';
  const broken = screen.getByRole('dialog', { name: 'Add this relay?' });
  await broken.getByRole('button', { name: 'Add relay' }).click();
  await expect.element(broken.getByRole('alert')).toMatchTextContent('not a relay address');
  await broken.getByRole('button', { name: 'Cancel' }).click();
  await expect.element(broken).not.toBeInTheDocument();
});
