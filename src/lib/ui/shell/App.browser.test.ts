import '#lib/ui/styles/index.css';
import { createRawSnippet } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { page as tab, userEvent } from 'vitest/browser';
import { AppState } from '#lib/state/app-state.svelte.ts';
import type { RelayView } from '#lib/state/views.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { relayOf } from '#lib/testing/fake-relays.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import App from './App.svelte';

const page = createRawSnippet(() => ({
  render: () => '<main id="main" tabindex="-1"><h1>A page</h1></main>',
}));
const INVITE = `#/i/Boris.${KEYS.boris}`;

/** The app of a person who knows Alice; `hash` is what the address bar says. */
async function start({
  hash = '',
  firstVisit = false,
  damage,
}: { hash?: string; firstVisit?: boolean; damage?: FakeWoxly['identity']['damage'] } = {}) {
  const fake = new FakeWoxly(() => Date.now());
  fake.identity.damage = damage;
  if (!firstVisit) await fake.identity.create('Olga');
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  const clean = () => history.replaceState(null, '', location.pathname + location.search);
  if (hash) history.replaceState(null, '', hash);
  onTestFinished(clean);
  const app = new AppState(fake);
  const screen = await render(App, { app, path: '/', onCleanAddress: clean, children: page });
  const go = (path: string) => screen.rerender({ path });
  return { fake, app, screen, go };
}

const alice = { key: KEYS.alice, name: 'Alice', trust: 'contact' } as const;

test('first visit: a name, one button, done', async () => {
  const { fake, screen } = await start({ firstVisit: true });
  await expect.element(screen.getByRole('heading', { name: 'Welcome to WOXLY' })).toBeVisible();
  await expectAccessible('page');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('Enter a name first.');
  await screen.getByRole('textbox', { name: 'Your name' }).fill('  Olga \u202e');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(fake.identity.profile).toMatchObject({ name: 'Olga' });
});

test('first visit: an identity comes back from its words, and wrong words say what is wrong', async () => {
  const { screen } = await start({ firstVisit: true });
  await screen.getByRole('button', { name: 'Restore from recovery words' }).click();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('textbox', { name: 'Recovery words' }).fill('only three words');
  await screen.getByRole('button', { name: 'Restore' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('exactly 12 words');
  const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
  await screen.getByRole('textbox', { name: 'Recovery words' }).fill(words);
  await screen.getByRole('button', { name: 'Restore' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
});

test('a key that cannot be read: it is said, and nothing is made in its place unasked', async () => {
  const { fake, screen } = await start({
    firstVisit: true,
    damage: { lost: 'keys', name: 'Olga' },
  });
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
  await screen.getByRole('button', { name: 'Start with a new key' }).click();
  await question.getByRole('button', { name: 'Start with a new key' }).click();
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(fake.identity.profile).toMatchObject({ name: 'Olga' });
});

test('words of another key than the one that was here are used only when that is chosen', async () => {
  const { fake, screen } = await start({
    firstVisit: true,
    damage: { lost: 'keys', name: 'Olga' },
  });
  fake.identity.otherKey = true;
  await screen.getByRole('button', { name: 'Enter recovery words' }).click();
  const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
  await screen.getByRole('textbox', { name: 'Recovery words' }).fill(words);
  await screen.getByRole('button', { name: 'Restore' }).click();
  const question = screen.getByRole('alertdialog', { name: 'Use a different key?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect.element(screen.getByRole('alert')).toMatchTextContent('a different key');
  expect(fake.identity.profile).toBeUndefined();
  await screen.getByRole('button', { name: 'Restore' }).click();
  await question.getByRole('button', { name: 'Use this key' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
});

test('a name that cannot be read is asked for again, and the key stays', async () => {
  const { screen } = await start({ firstVisit: true, damage: { lost: 'profile', name: '' } });
  await expect.element(screen.getByRole('heading', { name: 'What’s your name?' })).toBeVisible();
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
});

test('what nobody waited for and failed is said', async () => {
  const { app, screen } = await start();
  const fail = (reason: unknown) =>
    dispatchEvent(
      new PromiseRejectionEvent('unhandledrejection', { promise: new Promise(() => {}), reason }),
    );
  fail(new WoxlyError('full'));
  await expect.element(screen.getByRole('alert')).toMatchTextContent('out of space');
  fail(new WoxlyError('full'));
  fail(new DOMException('stopped on purpose', 'AbortError'));
  expect(app.toasts.shown).toHaveLength(1);
});

test('a part that is not on the server any more: a line says so, with Reload, but not in a call', async () => {
  const { app, fake, screen } = await start();
  dispatchEvent(new Event('vite:preloadError'));
  await expect.element(screen.getByRole('alert')).toMatchTextContent('there’s a new version');
  await expect.element(screen.getByRole('button', { name: 'Reload' })).toBeVisible();
  await screen.getByRole('alert').getByRole('button', { name: 'Close' }).click();
  expect(app.toasts.shown).toEqual([]);
  await fake.calls.call({ key: KEYS.alice, name: 'Alice', devices: [], relays: [] });
  dispatchEvent(new Event('vite:preloadError'));
  await expect.element(screen.getByRole('alert')).toMatchTextContent('after the call');
  expect(screen.getByRole('button', { name: 'Reload' }).elements()).toHaveLength(0);
});

test('the network status says the truth, with the fix beside it', async () => {
  const { fake, screen } = await start();
  const status = screen.getByRole('status', { name: 'Network status' });
  await expect.element(status).toMatchTextContent(/^Reachable/);
  const relay = (state: RelayView['state']) =>
    relayOf(`/dns4/${state}/p2p/R` as RelayAddress, { state });
  fake.reachability.set('reachable', [relay('reachable'), relay('spare')]);
  await expect.element(status).toMatchTextContent('Reachable 1 relay');
  fake.reachability.set('connecting');
  await expect.element(status).toMatchTextContent(/^Connecting$/);
  await expect.element(status).toMatchTextContent(/^Connecting.*Nobody can call you yet/);
  fake.reachability.set('offline');
  await expect.element(status).toMatchTextContent(/^Offline/);
  await expectAccessible('page');
  await screen.getByRole('button', { name: 'Retry' }).click();
  expect(fake.reachability.retries).toBe(1);
});

test('an invite link leads to a question, and the address bar is clean again', async () => {
  const { fake, screen } = await start({ hash: INVITE });
  const dialog = screen.getByRole('dialog', { name: 'Add or call Boris?' });
  await expect.element(dialog).toBeVisible();
  expect(location.hash).toBe('');
  await expectAccessible('page');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(fake.contacts.get(KEYS.boris)).toMatchObject({ name: 'Boris' });
});

test('an invite is carried across the first visit', async () => {
  const { screen } = await start({ firstVisit: true });
  location.hash = INVITE;
  await expect.element(screen.getByText('Boris has invited you')).toBeVisible();
  expect(location.hash).toBe('');
  await screen.getByRole('textbox', { name: 'Your name' }).fill('Olga');
  await screen.getByRole('button', { name: 'Start' }).click();
  await expect.element(screen.getByRole('dialog', { name: 'Add or call Boris?' })).toBeVisible();
});

test('an invite opened while WOXLY is open, and a broken one', async () => {
  const { screen } = await start();
  location.hash = '#/i/broken';
  const dialog = screen.getByRole('dialog', { name: 'This invite link doesn’t work' });
  await expect.element(dialog.getByRole('alert')).toMatchTextContent('only part');
  location.hash = INVITE;
  await expect.element(screen.getByRole('dialog', { name: 'Add or call Boris?' })).toBeVisible();
});

test('a relay link leads to a question, and the address bar is clean again', async () => {
  const relay = `/dns4/relay.example/tcp/443/tls/ws/p2p/${KEYS.chen}`;
  const { fake, screen } = await start({ hash: `#/r/${encodeURIComponent(relay)}` });
  const dialog = screen.getByRole('dialog', { name: 'Add relay relay.example?' });
  await expect.element(dialog.getByText(relay)).toBeVisible();
  expect(location.hash).toBe('');
  expect(fake.reachability.relays).toEqual([]);
  await expectAccessible('page');
  await dialog.getByRole('button', { name: 'Add relay' }).click();
  await expect.element(dialog).not.toBeInTheDocument();
  expect(fake.reachability.relays).toMatchObject([{ address: relay }]);
  location.hash = '#/r/broken';
  const broken = screen.getByRole('dialog', { name: 'Add this relay?' });
  await broken.getByRole('button', { name: 'Add relay' }).click();
  await expect.element(broken.getByRole('alert')).toMatchTextContent('not a relay address');
  await broken.getByRole('button', { name: 'Cancel' }).click();
  await expect.element(broken).not.toBeInTheDocument();
});

test('a call that rings is answered from anywhere', async () => {
  const { fake, screen } = await start();
  fake.calls.ring(alice);
  const ringing = screen.getByRole('alertdialog', { name: /^Incoming call from Alice/ });
  await expect.element(ringing).toBeVisible();
  await ringing.getByRole('button', { name: 'Accept' }).click();
  await expect.element(ringing).not.toBeInTheDocument();
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Connecting/);
  expect(fake.calls.asked).toEqual(['accept']);
});

test('a missed call leaves a line with a way back, and no screen', async () => {
  const { fake, screen } = await start();
  fake.calls.ring(alice);
  await expect.element(screen.getByRole('alertdialog')).toBeVisible();
  fake.calls.end('cancelled-by-peer');
  await expect.element(screen.getByText('Missed call from Alice')).toBeVisible();
  await expect.element(screen.getByRole('alertdialog')).not.toBeInTheDocument();
  await expect.element(screen.getByRole('region', { name: /^Call with/ })).not.toBeInTheDocument();
  await screen.getByRole('button', { name: 'Call back' }).click();
  expect(fake.calls.asked).toEqual([`call ${KEYS.alice}`]);
});

test('a call that was accepted is not missed, however it ended', async () => {
  const { fake, screen } = await start();
  fake.calls.ring(alice);
  await screen.getByRole('button', { name: 'Accept' }).click();
  fake.calls.end('cancelled-by-peer');
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Ended: They canceled/);
  await expect.element(screen.getByText(/Missed call/)).not.toBeInTheDocument();
});

test('a call declined here is gone at once', async () => {
  const { fake, screen } = await start();
  fake.calls.ring(alice);
  await screen.getByRole('button', { name: 'Decline', exact: true }).click();
  await expect.element(screen.getByRole('alertdialog')).not.toBeInTheDocument();
  await expect.element(screen.getByText(/Missed call/)).not.toBeInTheDocument();
  expect(fake.calls.asked).toEqual(['decline']);
});

test('missed calls are counted in the title and in the navigation', async () => {
  const { fake, screen } = await start({ firstVisit: true });
  const missed = { direction: 'incoming', missed: true, seen: false } as const;
  fake.history.set([recordOf('1', KEYS.alice, 'Alice', 0, 1, missed)]);
  await expect.poll(() => document.title).toBe('(1) Welcome to WOXLY – WOXLY');
  await fake.identity.create('Olga');
  const link = screen.getByRole('link', { name: 'Calls' });
  await expect.element(link).toHaveAccessibleDescription('1 missed call');
});

test('who has not written down the recovery words is reminded, and led to them', async () => {
  const { fake, screen } = await start();
  const notice = screen.getByText(/^You haven’t written down your recovery words yet\./);
  await expect.element(notice).not.toBeInTheDocument();
  fake.identity.profile = { key: KEYS.me, name: 'Olga', wordsConfirmed: false, wordsDue: true };
  await fake.identity.rename('Olga');
  await expect.element(notice).toBeVisible();
  const link = screen.getByRole('link', { name: 'Show recovery words' });
  await expect.element(link).toHaveAttribute('href', '/settings#backup');
  await expectAccessible('page');
  await screen.getByRole('button', { name: 'Later' }).click();
  await expect.element(notice).not.toBeInTheDocument();
});

test('before there is anybody to reach nothing is said about reaching them', async () => {
  const { fake, screen } = await start({ firstVisit: true });
  const status = screen.getByRole('status', { name: 'Network status' });
  fake.reachability.set('offline');
  await expect.element(screen.getByRole('heading', { name: 'Welcome to WOXLY' })).toBeVisible();
  await expect.element(status).not.toBeInTheDocument();
  await fake.identity.create('Olga');
  await expect.element(status).toMatchTextContent(/^Offline/);
});

test('the focus goes along: to the words, back, and into the app', async () => {
  const { screen } = await start({ firstVisit: true });
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

/** Whether the browser would ask before the page is left. */
function asksBeforeLeaving(): boolean {
  const leaving = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}

test('leaving is asked about while there is a call, and only then', async () => {
  const { fake, screen } = await start();
  expect(asksBeforeLeaving()).toBe(false);
  fake.calls.ring(alice);
  await expect.element(screen.getByRole('alertdialog')).toBeVisible();
  expect(asksBeforeLeaving()).toBe(false);
  fake.calls.go('connecting');
  await expect.poll(asksBeforeLeaving).toBe(true);
  fake.calls.go('connected');
  await expect.poll(asksBeforeLeaving).toBe(true);
  fake.calls.end('hung-up');
  await expect.poll(asksBeforeLeaving).toBe(false);
});

test('on a wide screen a call makes room for the page that is asked for', async () => {
  await tab.viewport(1280, 800);
  const { fake, app, screen, go } = await start();
  await app.calls.call({ key: KEYS.alice, devices: [], relays: [] });
  fake.calls.go('connected');
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region).toBeVisible();
  expect(app.calls.covers).toBe(true);
  await go('/settings');
  await expect.poll(() => app.calls.covers).toBe(false);
  for (const name of ['Hang up', 'Mute', 'Call details', 'Audio settings', 'Safety words']) {
    await expect.element(region.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  }
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Connected/);
  await expectAccessible('page');
  fake.calls.end('hung-up-by-peer');
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Ended/);
  expect(app.calls.covers).toBe(false);
  await region.getByRole('button', { name: 'Show the call' }).click();
  expect(app.calls.covers).toBe(true);
  // Another call comes over the page again.
  await go('/calls');
  await expect.poll(() => app.calls.covers).toBe(false);
  app.calls.dismiss();
  fake.calls.ring(alice);
  app.calls.accept();
  await expect.poll(() => app.calls.covers).toBe(true);
});

test('a call does not make room where there is none', async () => {
  await tab.viewport(390, 844);
  const { app, go } = await start();
  await app.calls.call({ key: KEYS.alice, devices: [], relays: [] });
  await go('/settings');
  expect(app.calls.covers).toBe(true);
  await tab.viewport(1280, 800);
  await go('/');
  await expect.poll(() => app.calls.covers).toBe(false);
  await tab.viewport(390, 844);
  await expect.poll(() => app.calls.covers).toBe(true);
});

test('Escape closes a call that is over, and not one that goes on', async () => {
  const { fake, app, screen } = await start();
  await app.calls.call({ key: KEYS.alice, devices: [], relays: [] });
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  await expect.element(region).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(region).toBeVisible();
  fake.calls.end('not-found');
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Ended/);
  await region.getByRole('button', { name: 'Check connection' }).click();
  const doctor = screen.getByRole('dialog', { name: 'Connection doctor' });
  await expect.element(doctor).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(doctor).not.toBeInTheDocument();
  await expect.element(region).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(region).not.toBeInTheDocument();
});
