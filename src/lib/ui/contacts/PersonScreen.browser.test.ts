import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import PersonScreen from './PersonScreen.svelte';

/** Olga, with calls of a contact who is online and of a stranger, looks at somebody's page. */
async function start(whose: (alice: IdentityKey) => IdentityKey) {
  const now = Date.now();
  const world = await WoxlyWorld.begin({ now });
  const alice = await world.person('Alice');
  const olga = await world.person('Olga', {
    contacts: [contactOf(alice.key, 'Alice')],
    calls: [
      recordOf('1', alice.key, 'Alice', now, 5, { reason: 'busy' }),
      recordOf('2', KEYS.stranger, 'Claims a name', now, 5),
    ],
  });
  await world.pass(5_000);
  const personKey = whose(alice.key);
  const screen = await render(PersonScreen, { app: new AppState(olga.app), personKey });
  return { alice, olga, screen };
}

test('a contact: their calls, and the truth about messages', async () => {
  const { alice, screen } = await start((key) => key);
  await expect.element(screen.getByRole('heading', { level: 1, name: 'Alice' })).toBeVisible();
  await expect.element(screen.getByText('Messages aren’t here yet')).toBeVisible();
  await expect.element(screen.getByRole('listitem')).toMatchTextContent(/Outgoing.*another call/);
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'Call now' }).click();
  await alice.comesTo('incoming');
  expect(alice.app.calls.current?.peer.name).toBe('Olga');
});

test('somebody who called is added', async () => {
  const { olga, screen } = await start(() => KEYS.stranger);
  await expect.element(screen.getByText('Not in your contacts')).toBeVisible();
  await screen.getByRole('button', { name: 'Add to contacts' }).click();
  await expect.poll(() => olga.app.contacts.get(KEYS.stranger)?.name).toBe('Claims a name');
  expect(await olga.browser.stores.contacts.all()).toHaveLength(2);
  await expect
    .element(screen.getByRole('button', { name: 'Add to contacts' }))
    .not.toBeInTheDocument();
});
