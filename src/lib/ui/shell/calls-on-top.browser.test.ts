import '#lib/ui/styles/index.css';
import { createRawSnippet } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page as tab, userEvent } from 'vitest/browser';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import App from './App.svelte';

const page = createRawSnippet(() => ({
  render: () => '<main id="main" tabindex="-1"><h1>A page</h1></main>',
}));

/** The app of Olga, who has Alice in her contacts, and Boris, who has never been online. */
async function start() {
  const world = await WoxlyWorld.begin({ now: Date.now() });
  const [olga, alice] = await Promise.all([
    world.person('Olga', { contacts: [contactOf(KEYS.boris, 'Boris')] }),
    world.person('Alice'),
  ]);
  await olga.add(alice);
  const app = new AppState(olga.app);
  const screen = await render(App, {
    app,
    path: '/',
    onCleanAddress: () => undefined,
    children: page,
  });
  const go = (path: string) => screen.rerender({ path });
  const region = screen.getByRole('region', { name: 'Call with Alice' });
  return { world, olga, alice, app, screen, go, region };
}

test('a call that rings is answered from anywhere', async () => {
  const { olga, alice, screen, region } = await start();
  olga.browser.microphones.behaviour = 'waits';
  await alice.call(olga);
  const ringing = screen.getByRole('alertdialog', { name: /^Incoming call from Alice/ });
  await expect.element(ringing).toBeVisible();
  await ringing.getByRole('button', { name: 'Accept' }).click();
  await expect.element(ringing).not.toBeInTheDocument();
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Connecting/);
  olga.browser.microphones.allow();
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Connected/);
  await alice.comesTo('connected');
});

test('a missed call leaves a line with a way back, and no screen', async () => {
  const { olga, alice, screen, region } = await start();
  await alice.call(olga);
  await expect.element(screen.getByRole('alertdialog')).toBeVisible();
  alice.app.calls.hangUp();
  await expect.element(screen.getByText('Missed call from Alice')).toBeVisible();
  await expect.element(screen.getByRole('alertdialog')).not.toBeInTheDocument();
  await expect.element(region).not.toBeInTheDocument();
  await screen.getByRole('button', { name: 'Call back' }).click();
  await alice.comesTo('incoming');
  expect(alice.app.calls.current?.peer.key).toBe(olga.key);
});

test('a call that was accepted is not missed, however it ended', async () => {
  const { olga, alice, screen, region } = await start();
  olga.browser.microphones.behaviour = 'waits';
  await alice.call(olga);
  await screen.getByRole('button', { name: 'Accept' }).click();
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Connecting/);
  alice.app.calls.hangUp();
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Ended: They canceled/);
  await expect.element(screen.getByText(/Missed call/)).not.toBeInTheDocument();
  expect(olga.app.history.unseen).toBe(0);
});

test('a call declined here is gone at once', async () => {
  const { olga, alice, screen } = await start();
  await alice.call(olga);
  await screen.getByRole('button', { name: 'Decline', exact: true }).click();
  await expect.element(screen.getByRole('alertdialog')).not.toBeInTheDocument();
  await expect.element(screen.getByText(/Missed call/)).not.toBeInTheDocument();
  await alice.comesTo('ended');
  expect(alice.app.calls.current).toMatchObject({ reason: 'declined-by-peer' });
});

/** Whether the browser would ask before the page is left. */
function asksBeforeLeaving(): boolean {
  const leaving = new Event('beforeunload', { cancelable: true });
  window.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}

test('leaving is asked about while there is a call, and only then', async () => {
  const { olga, alice, screen } = await start();
  expect(asksBeforeLeaving()).toBe(false);
  olga.browser.microphones.behaviour = 'waits';
  await alice.call(olga);
  await expect.element(screen.getByRole('alertdialog')).toBeVisible();
  expect(asksBeforeLeaving()).toBe(false);
  olga.app.calls.accept();
  await olga.comesTo('connecting');
  await expect.poll(asksBeforeLeaving).toBe(true);
  olga.browser.microphones.allow();
  await olga.comesTo('connected');
  await expect.poll(asksBeforeLeaving).toBe(true);
  olga.app.calls.hangUp();
  await expect.poll(asksBeforeLeaving).toBe(false);
});

test('on a wide screen a call makes room for the page that is asked for', async () => {
  await tab.viewport(1280, 800);
  const { world, olga, alice, app, screen, go, region } = await start();
  await world.talk(olga, alice);
  await expect.element(region).toBeVisible();
  expect(app.calls.covers).toBe(true);
  await go('/settings');
  await expect.poll(() => app.calls.covers).toBe(false);
  for (const name of ['Hang up', 'Mute', 'Call details', 'Audio settings', 'Safety words']) {
    await expect.element(region.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  }
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Connected/);
  await expectAccessible('page');
  alice.app.calls.hangUp();
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Ended/);
  expect(app.calls.covers).toBe(false);
  await region.getByRole('button', { name: 'Show the call' }).click();
  expect(app.calls.covers).toBe(true);
  // Another call comes over the page again.
  await go('/calls');
  await expect.poll(() => app.calls.covers).toBe(false);
  app.calls.dismiss();
  await alice.call(olga);
  await screen.getByRole('button', { name: 'Accept' }).click();
  await expect.poll(() => app.calls.covers).toBe(true);
});

test('a call does not make room where there is none', async () => {
  await tab.viewport(390, 844);
  const { olga, alice, app, go } = await start();
  await olga.call(alice);
  await go('/settings');
  expect(app.calls.covers).toBe(true);
  await tab.viewport(1280, 800);
  await go('/');
  await expect.poll(() => app.calls.covers).toBe(false);
  await tab.viewport(390, 844);
  await expect.poll(() => app.calls.covers).toBe(true);
});

test('Escape closes a call that is over, and not one that goes on', async () => {
  const { world, olga, screen } = await start();
  await olga.callText(KEYS.boris);
  const region = screen.getByRole('region', { name: 'Call with Boris' });
  await expect.element(region).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(region).toBeVisible();
  expect(olga.app.calls.current).toMatchObject({ stage: 'finding' });
  await world.pass(60_000);
  await expect.element(region.getByRole('status')).toMatchTextContent(/^Ended/);
  expect(olga.app.calls.current).toMatchObject({ reason: 'not-found' });
  await region.getByRole('button', { name: 'Check connection' }).click();
  const doctor = screen.getByRole('dialog', { name: 'Connection doctor' });
  await expect.element(doctor).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(doctor).not.toBeInTheDocument();
  await expect.element(region).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(region).not.toBeInTheDocument();
});
