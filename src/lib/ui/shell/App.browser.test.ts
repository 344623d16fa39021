import '#lib/ui/styles/index.css';
import { createRawSnippet } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { WoxlyError } from '#lib/domain/errors.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import App from './App.svelte';

const DAY = 86_400_000;
const page = createRawSnippet(() => ({
  render: () => '<main id="main" tabindex="-1"><h1>A page</h1></main>',
}));

/** Shows an app whose page is open. */
async function show(woxly: WoxlyPerson['app']) {
  const app = new AppState(woxly);
  const screen = await render(App, {
    app,
    path: '/',
    onCleanAddress: () => undefined,
    children: page,
  });
  return { app, screen };
}

test('what nobody waited for and failed is said', async () => {
  const world = await WoxlyWorld.begin();
  const { app, screen } = await show((await world.person('Olga')).app);
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
  const world = await WoxlyWorld.begin();
  const [olga, alice] = await Promise.all([world.person('Olga'), world.person('Alice')]);
  const { app, screen } = await show(olga.app);
  dispatchEvent(new Event('vite:preloadError'));
  await expect.element(screen.getByRole('alert')).toMatchTextContent('there’s a new version');
  await expect.element(screen.getByRole('button', { name: 'Reload' })).toBeVisible();
  await screen.getByRole('alert').getByRole('button', { name: 'Close' }).click();
  expect(app.toasts.shown).toEqual([]);
  await olga.call(alice);
  dispatchEvent(new Event('vite:preloadError'));
  await expect.element(screen.getByRole('alert')).toMatchTextContent('after the call');
  expect(screen.getByRole('button', { name: 'Reload' }).elements()).toHaveLength(0);
});

test('the network status says the truth, with the fix beside it', async () => {
  const world = await WoxlyWorld.begin({ relays: 2 });
  const [first = expect.fail('no relay'), second = expect.fail('one relay')] = world.relays.map(
    ({ relay }) => relay,
  );
  second.stop();
  const { app, browser } = await world.person('Olga');
  const { screen } = await show(app);
  const status = screen.getByRole('status', { name: 'Network status' });
  await expect.element(status).toMatchTextContent('Reachable 1 relay');
  second.start();
  app.reachability.retry();
  await expect.element(status).toMatchTextContent('Reachable 2 relays');
  // Silent, and nobody has said so: a page that wakes finds it out, and dials them anew.
  Object.assign(first, { frozen: true });
  Object.assign(second, { frozen: true });
  browser.pageLife.show(true);
  await world.pass(2_000);
  await expect.element(status).toMatchTextContent(/^Connecting$/);
  await expect.element(status).toMatchTextContent(/^Connecting.*Nobody can call you yet/);
  await world.pass(3_000);
  await expect.element(status).toMatchTextContent(/^Offline/);
  await expectAccessible('page');
  for (const relay of [first, second]) relay.start();
  await screen.getByRole('button', { name: 'Retry' }).click();
  await expect.element(status).toMatchTextContent('Reachable 2 relays');
  expect(first.holds(browser.device)).toBe(true);
});

test('where relays have no room, the network status says what that leaves, and what helps', async () => {
  const world = await WoxlyWorld.begin();
  for (const { relay } of world.relays) relay.capacity = 0;
  const app = await world.browser().open();
  await app.identity.create('Olga');
  const { screen } = await show(app);
  const status = screen.getByRole('status', { name: 'Network status' });
  await expect.element(status).toMatchTextContent(/^Outgoing calls only.*add another relay/);
  await expectAccessible('page');
});

test('who has not written down the recovery words is reminded a day later, and led to them', async () => {
  const world = await WoxlyWorld.begin();
  const { app, browser } = await world.person('Olga');
  const first = await show(app);
  const notice = first.screen.getByText(/^You haven’t written down your recovery words yet\./);
  await expect.element(first.screen.getByRole('navigation', { name: 'Main' })).toBeVisible();
  await expect.element(notice).not.toBeInTheDocument();
  await first.screen.unmount();
  await app.stop();
  await world.pass(DAY);
  const { screen } = await show(await browser.open());
  await expect.element(notice).toBeVisible();
  const link = screen.getByRole('link', { name: 'Show recovery words' });
  await expect.element(link).toHaveAttribute('href', '/settings#backup');
  await expectAccessible('page');
  await screen.getByRole('button', { name: 'Later' }).click();
  await expect.element(notice).not.toBeInTheDocument();
});
