import '#lib/ui/styles/index.css';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { AppState } from '#lib/state/app-state.svelte.ts';
import { expectAccessible } from '#lib/testing/axe.ts';
import { contactOf, KEYS, recordOf } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import PersonScreen from './PersonScreen.svelte';

async function start(personKey = KEYS.alice) {
  const fake = new FakeWoxly();
  fake.contacts.set([contactOf(KEYS.alice, 'Alice')]);
  fake.history.set([
    recordOf('1', KEYS.alice, 'Alice', Date.now(), 5, { reason: 'busy' }),
    recordOf('2', KEYS.stranger, 'Claims a name', Date.now(), 5),
  ]);
  const screen = await render(PersonScreen, { app: new AppState(fake), personKey });
  return { fake, screen };
}

test('a contact: their calls, and the truth about messages', async () => {
  const { fake, screen } = await start();
  await expect.element(screen.getByRole('heading', { level: 1, name: 'Alice' })).toBeVisible();
  await expect.element(screen.getByText('Messages aren’t here yet')).toBeVisible();
  await expect.element(screen.getByRole('listitem')).toMatchTextContent(/Outgoing.*another call/);
  await expectAccessible('component');
  await screen.getByRole('button', { name: 'Call now' }).click();
  expect(fake.calls.asked).toContain(`call ${KEYS.alice}`);
});

test('somebody who called is added', async () => {
  const { fake, screen } = await start(KEYS.stranger);
  await expect.element(screen.getByText('Not in your contacts')).toBeVisible();
  await screen.getByRole('button', { name: 'Add to contacts' }).click();
  await expect.poll(() => fake.contacts.get(KEYS.stranger)?.name).toBe('Claims a name');
  await expect
    .element(screen.getByRole('button', { name: 'Add to contacts' }))
    .not.toBeInTheDocument();
});
