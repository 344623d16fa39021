import '#lib/ui/styles/index.css';
import { createRawSnippet } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { KEYS } from '#lib/testing/fake-people.ts';
import { translatePage } from '#lib/testing/page-translator.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import ContactsScreen from '#lib/ui/contacts/ContactsScreen.svelte';
import CallsScreen from '#lib/ui/history/CallsScreen.svelte';
import SafetyWordsDialog from '#lib/ui/safety/SafetyWordsDialog.svelte';
import SettingsScreen from '#lib/ui/settings/SettingsScreen.svelte';
import App from './App.svelte';

const page = createRawSnippet(() => ({
  render: () => '<main id="main" tabindex="-1"><h1>A page</h1></main>',
}));

/** Olga and Alice, contacts of each other; the screen is Olga's. */
async function people({ relays = 1, ago = 0 } = {}) {
  const world = await WoxlyWorld.begin({ relays, now: Date.now() - ago });
  const [olga, alice] = await Promise.all([world.person('Olga'), world.person('Alice')]);
  await olga.befriend(alice);
  return { world, olga, alice, app: new AppState(olga.app) };
}

/** From now on every text of the page is put away as a browser's translator does, also what comes later. */
function translate() {
  onTestFinished(translatePage());
}

test('a translated call says how far it is, who is muted, and that it is over', async () => {
  const { olga, alice, app } = await people();
  const nothing = () => {};
  const screen = await render(App, { app, path: '/', onCleanAddress: nothing, children: page });
  await olga.call(alice);
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  const status = region.getByRole('status');
  await expect.element(status).toMatchTextContent(/^Ringing/);
  translate();
  await expect.element(status).toMatchTextContent(/^«Ringing»/);
  await expect.element(region.getByRole('heading')).toMatchTextContent(/^Alice$/);
  alice.app.calls.accept();
  await expect.element(status).toMatchTextContent(/^«Connected»$/);
  await alice.comesTo('connected');
  alice.app.calls.setMuted(true);
  await expect.element(region).toMatchTextContent('Alice«has muted their microphone»');
  const timer = region.getByRole('timer');
  const before = timer.element().textContent;
  await expect.element(timer).not.toMatchTextContent(before);
  await region.getByRole('button', { name: '«Mute»' }).click();
  await expect.element(region.getByRole('button', { name: '«Unmute»' })).toBeVisible();
  await expect.element(region.getByRole('button', { name: '«Mute»' })).not.toBeInTheDocument();
  alice.app.calls.setMuted(false);
  await expect.element(region).not.toMatchTextContent('has muted their microphone');
  alice.app.calls.hangUp();
  await expect.element(status).toMatchTextContent(/^«Ended: They hung up»$/);
  await region.getByRole('button', { name: '«Close»' }).click();
  await expect.element(region).not.toBeInTheDocument();
});

test('a translated page says whether anybody can call, and what happened', async () => {
  const { world, app } = await people({ relays: 2 });
  const [first, second] = world.relays.map(({ relay }) => relay);
  second?.stop();
  const nothing = () => {};
  const screen = await render(App, { app, path: '/', onCleanAddress: nothing, children: page });
  const status = screen.getByRole('status', { name: 'Network status' });
  await expect.element(status).toMatchTextContent('Reachable 1 relay');
  translate();
  first?.stop();
  await expect.element(status).toMatchTextContent(/^«Offline»/);
  await expect.element(status).not.toMatchTextContent('Reachable');
  for (const { relay } of world.relays) relay.start();
  await screen.getByRole('button', { name: '«Retry»' }).click();
  await expect.element(status).toMatchTextContent(/^«Reachable»\s*«2 relays»$/);
  app.toasts.say('one');
  app.toasts.say('two');
  await expect.element(screen.getByText('«two»')).toBeVisible();
  for (const { id } of app.toasts.shown) app.toasts.dismiss(id);
  await expect.element(screen.getByText('«one»')).not.toBeInTheDocument();
});

test('translated lists follow what is in them', async () => {
  const { world, olga, alice, app } = await people({ ago: 5.5 * 60_000 });
  await render(ContactsScreen, { app, onOpen: () => {} });
  const calls = await render(CallsScreen, { app });
  translate();
  const list = calls.getByRole('list', { name: 'Contacts' });
  await expect.element(list).toMatchTextContent(/Alice/);
  await olga.app.contacts.rename(alice.key, 'Alicia');
  await olga.app.contacts.add(KEYS.boris, 'Boris');
  await expect.element(list).toMatchTextContent(/Alicia.*Boris/);
  await world.pass(10_000);
  await expect.element(list).toMatchTextContent(/Alicia.*«Online».*Boris.*«Offline»/);
  await alice.app.stop();
  await world.pass(1_000);
  await expect.element(list).toMatchTextContent(/Alicia.*«Seen 5 minutes ago».*Boris.*«Offline»/);
  await expect.element(list).not.toMatchTextContent('Online');
  for (const { key } of olga.app.contacts.all) await olga.app.contacts.remove(key);
  await expect.element(calls.getByText('«Invite the first person»')).toBeVisible();
});

test('what must stay letter by letter is kept from translators', async () => {
  const { olga, alice, app } = await people();
  const screen = await render(SettingsScreen, { app, version: '1' });
  translate();
  await screen.getByRole('button', { name: '«Show recovery words»' }).click();
  const words = screen.getByRole('list', { name: 'Recovery words' });
  const written = (await olga.app.identity.recoveryWords()) ?? [];
  expect(written).toHaveLength(12);
  await expect.element(words).toHaveTextContent(written.join(''));
  await screen.unmount();
  await render(SafetyWordsDialog, {
    app,
    personKey: alice.key,
    name: 'Alice',
    onClose: () => {},
  });
  const compared = screen.getByRole('list', { name: 'Words to compare' });
  await expect.element(compared).toBeVisible();
  await expect.element(compared).not.toMatchTextContent('«');
});
