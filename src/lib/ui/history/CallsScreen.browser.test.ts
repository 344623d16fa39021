import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import CallsScreen from './CallsScreen.svelte';

async function start() {
  const now = Date.now();
  const fake = new FakeWoxly();
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  const missed = { direction: 'incoming', missed: true, seen: false, reason: 'no-answer' } as const;
  const connected = now - 60 * 60_000;
  fake.history.set([
    recordOf('1', KEYS.alice, 'Alice then', now, 1, missed),
    recordOf('2', KEYS.boris, 'Boris', now, 61, { connected, ended: connected + 125_000 }),
    recordOf('3', KEYS.chen, '', now, 70, { reason: 'busy' }),
  ]);
  const screen = await render(CallsScreen, { app: new AppState(fake) });
  return { fake, screen };
}

test('each call says which way, who, when, and how long or why not', async () => {
  const { fake, screen } = await start();
  const items = screen.getByRole('list', { name: 'Calls' }).getByRole('listitem');
  await expect.element(items.nth(0)).toMatchTextContent(/Alice.*Missed · \S+, \d/);
  await expect
    .element(items.nth(1))
    .toMatchTextContent(/“Boris” Not in your contacts.*Outgoing.*2:05.*2 minutes 5 seconds/);
  await expect.element(items.nth(2)).toMatchTextContent(/Key Chen.*Outgoing.*another call/);
  await expectAccessible('component');
  expect(fake.history.unseen).toBe(0);
});

test('a stranger who was added has a name and no mark', async () => {
  const { fake, screen } = await start();
  const line = screen.getByRole('listitem').filter({ hasText: 'Boris' });
  await expect.element(line).toMatchTextContent('“Boris” Not in your contacts');
  await fake.contacts.add(KEYS.boris, 'Boris');
  await expect.element(line).not.toMatchTextContent(/“|Not in your contacts/);
});

test('somebody is called back from the list', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Call “Boris”' }).click();
  expect(fake.calls.asked).toEqual([`call ${KEYS.boris}`]);
});

test('one call is removed, and then all of them, but not unasked', async () => {
  const { fake, screen } = await start();
  await screen.getByRole('button', { name: 'Edit' }).click();
  await screen.getByRole('button', { name: /^Remove call with “Boris”/ }).click();
  expect(fake.history.records.map(({ id }) => id)).toEqual(['1', '3']);
  await screen.getByRole('button', { name: 'Clear history' }).click();
  const dialog = screen.getByRole('alertdialog', { name: 'Clear the call history?' });
  await dialog.getByRole('button', { name: 'Clear history' }).click();
  await expect.element(screen.getByText('No calls yet')).toBeVisible();
  await expectAccessible('component');
});
