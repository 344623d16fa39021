import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { WoxlyWorld } from '#lib/testing/woxly-world.ts';
import type { WoxlyPerson } from '#lib/testing/woxly-world.ts';
import { shortKey } from '#lib/ui/words/people.ts';
import CallsScreen from './CallsScreen.svelte';

/** Olga's calls: with a contact, with Boris, who is none and online, and with somebody without a name. */
async function start() {
  const now = Date.now();
  const world = await WoxlyWorld.begin({ now });
  const boris = await world.person('Boris');
  const missed = { direction: 'incoming', missed: true, seen: false, reason: 'no-answer' } as const;
  const connected = now - 60 * 60_000;
  const olga = await world.person('Olga', {
    contacts: [contactOf(KEYS.alice, 'Alice')],
    calls: [
      recordOf('1', KEYS.alice, 'Alice then', now, 1, missed),
      recordOf('2', boris.key, 'Boris', now, 61, { connected, ended: connected + 125_000 }),
      recordOf('3', KEYS.chen, '', now, 70, { reason: 'busy' }),
    ],
  });
  await world.pass(5_000);
  const screen = await render(CallsScreen, { app: new AppState(olga.app) });
  return { olga, boris, screen };
}

const stored = ({ browser }: WoxlyPerson) => browser.stores.calls.recent(10);

test('each call says which way, who, when, and how long or why not', async () => {
  const { olga, screen } = await start();
  const items = screen.getByRole('list', { name: 'Calls' }).getByRole('listitem');
  await expect.element(items.nth(0)).toMatchTextContent(/Alice.*Missed · \S+, \d/);
  await expect.element(items.nth(0)).not.toMatchTextContent('Alice then');
  await expect
    .element(items.nth(1))
    .toMatchTextContent(/“Boris” Not in your contacts.*Outgoing.*2:05.*2 minutes 5 seconds/);
  const nameless = new RegExp(`Key ${shortKey(KEYS.chen)}.*Outgoing.*another call`);
  await expect.element(items.nth(2)).toMatchTextContent(nameless);
  await expectAccessible('component');
  await expect.poll(() => olga.app.history.unseen).toBe(0);
  expect(await stored(olga)).toMatchObject([{ seen: true }, { seen: true }, { seen: true }]);
});

test('a call that is missed while the list is open is in it, and seen', async () => {
  const { olga, boris, screen } = await start();
  await boris.call(olga);
  await olga.comesTo('incoming');
  boris.app.calls.hangUp();
  const first = screen.getByRole('listitem').first();
  await expect.element(first).toMatchTextContent(/“Boris”.*Missed/);
  const seen = async () => (await stored(olga)).filter((record) => record.seen).length;
  await expect.poll(seen).toBe(4);
  expect(olga.app.history.unseen).toBe(0);
});

test('a stranger who was added has a name and no mark', async () => {
  const { olga, boris, screen } = await start();
  const line = screen.getByRole('listitem').filter({ hasText: 'Boris' });
  await expect.element(line).toMatchTextContent('“Boris” Not in your contacts');
  await olga.add(boris);
  await expect.element(line).not.toMatchTextContent(/“|Not in your contacts/);
});

test('somebody is called back from the list', async () => {
  const { boris, screen } = await start();
  await screen.getByRole('button', { name: 'Call “Boris”' }).click();
  await boris.comesTo('incoming');
  expect(boris.app.calls.current?.peer.name).toBe('Olga');
});

test('one call is removed, and then all of them, but not unasked', async () => {
  const { olga, screen } = await start();
  const left = async () => (await stored(olga)).map(({ id }) => id);
  await screen.getByRole('button', { name: 'Edit' }).click();
  await screen.getByRole('button', { name: /^Remove call with “Boris”/ }).click();
  await expect.poll(left).toEqual(['1', '3']);
  await screen.getByRole('button', { name: 'Clear history' }).click();
  const dialog = screen.getByRole('alertdialog', { name: 'Clear the call history?' });
  await expect.element(dialog).toBeVisible();
  expect(await left()).toEqual(['1', '3']);
  await dialog.getByRole('button', { name: 'Clear history' }).click();
  await expect.element(screen.getByText('No calls yet')).toBeVisible();
  expect(await left()).toEqual([]);
  await expectAccessible('component');
});
