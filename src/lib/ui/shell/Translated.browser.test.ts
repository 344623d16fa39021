import '#lib/ui/styles/index.css';
import { createRawSnippet } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { relayOf } from '#lib/testing/fake-relays.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import { translatePage } from '#lib/testing/page-translator.ts';
import ContactsScreen from '#lib/ui/contacts/ContactsScreen.svelte';
import CallsScreen from '#lib/ui/history/CallsScreen.svelte';
import SafetyWordsDialog from '#lib/ui/safety/SafetyWordsDialog.svelte';
import SettingsScreen from '#lib/ui/settings/SettingsScreen.svelte';
import App from './App.svelte';

const page = createRawSnippet(() => ({
  render: () => '<main id="main" tabindex="-1"><h1>A page</h1></main>',
}));

async function people() {
  const fake = new FakeWoxly(() => Date.now());
  await fake.identity.create('Olga');
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  return { fake, app: new AppState(fake) };
}

/** From now on every text of the page is put away as a browser's translator does, also what comes later. */
function translate() {
  onTestFinished(translatePage());
}

test('a translated call says how far it is, who is muted, and that it is over', async () => {
  const { fake, app } = await people();
  const nothing = () => {};
  const screen = await render(App, { app, path: '/', onCleanAddress: nothing, children: page });
  await fake.calls.call({ key: KEYS.alice, devices: [], relays: [] });
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  const status = region.getByRole('status');
  fake.calls.go('ringing');
  await expect.element(status).toMatchTextContent(/^Ringing/);
  translate();
  await expect.element(status).toMatchTextContent(/^«Ringing»/);
  await expect.element(region.getByRole('heading')).toMatchTextContent(/^Alice$/);
  fake.calls.go('connected', { peerNotices: ['muted'] });
  await expect.element(status).toMatchTextContent(/^«Connected»$/);
  await expect.element(region).toMatchTextContent('Alice«has muted their microphone»');
  const timer = region.getByRole('timer');
  const before = timer.element().textContent;
  await expect.element(timer).not.toMatchTextContent(before);
  await region.getByRole('button', { name: '«Mute»' }).click();
  await expect.element(region.getByRole('button', { name: '«Unmute»' })).toBeVisible();
  await expect.element(region.getByRole('button', { name: '«Mute»' })).not.toBeInTheDocument();
  fake.calls.go('connected', { peerNotices: [] });
  await expect.element(region).not.toMatchTextContent('has muted their microphone');
  fake.calls.end('hung-up-by-peer');
  await expect.element(status).toMatchTextContent(/^«Ended: They hung up»$/);
  await region.getByRole('button', { name: '«Close»' }).click();
  await expect.element(region).not.toBeInTheDocument();
});

test('a translated page says whether anybody can call, and what happened', async () => {
  const { fake, app } = await people();
  const nothing = () => {};
  const screen = await render(App, { app, path: '/', onCleanAddress: nothing, children: page });
  const status = screen.getByRole('status', { name: 'Network status' });
  fake.reachability.set('reachable', [relayOf('/dns4/a/p2p/R')]);
  await expect.element(status).toMatchTextContent('Reachable 1 relay');
  translate();
  fake.reachability.set('offline');
  await expect.element(status).toMatchTextContent(/^«Offline»/);
  await expect.element(status).not.toMatchTextContent('Reachable');
  fake.reachability.set('reachable', [relayOf('/dns4/a/p2p/R'), relayOf('/dns4/b/p2p/S')]);
  await expect.element(status).toMatchTextContent(/^«Reachable»\s*«2 relays»$/);
  app.toasts.say('one');
  app.toasts.say('two');
  await expect.element(screen.getByText('«two»')).toBeVisible();
  for (const { id } of app.toasts.shown) app.toasts.dismiss(id);
  await expect.element(screen.getByText('«one»')).not.toBeInTheDocument();
});

test('translated lists follow what is in them', async () => {
  const { fake, app } = await people();
  await render(ContactsScreen, { app, onOpen: () => {} });
  const calls = await render(CallsScreen, { app });
  translate();
  const list = calls.getByRole('list', { name: 'Contacts' });
  fake.contacts.set([contactOf(KEYS.alice, 'Alicia'), contactOf(KEYS.boris, 'Boris')]);
  await expect.element(list).toMatchTextContent(/Alicia.*Boris/);
  fake.presences.set(KEYS.boris, { state: 'online' });
  await expect.element(list).toMatchTextContent('«Online»');
  fake.presences.set(KEYS.boris, { state: 'unreachable' });
  await expect.element(list).toMatchTextContent('«Offline»');
  await expect.element(list).not.toMatchTextContent('Online');
  fake.contacts.set([]);
  await expect.element(calls.getByText('«Invite the first person»')).toBeVisible();
});

test('what must stay letter by letter is kept from translators', async () => {
  const { app } = await people();
  const screen = await render(SettingsScreen, { app, version: '1' });
  translate();
  await screen.getByRole('button', { name: '«Show recovery words»' }).click();
  const words = screen.getByRole('list', { name: 'Recovery words' });
  await expect.element(words).toMatchTextContent(/^legalwinnerthankyear[a-z]+$/);
  await screen.unmount();
  await render(SafetyWordsDialog, {
    app,
    personKey: KEYS.alice,
    name: 'Alice',
    onClose: () => {},
  });
  const compared = screen.getByRole('list', { name: 'Words to compare' });
  await expect.element(compared).toBeVisible();
  await expect.element(compared).not.toMatchTextContent('«');
});
