import { IN_FULL } from '../scripts/full-run.ts';
import { hears } from './ear.ts';
import { expect, test } from './people.ts';

test.use({ relayOptions: [] });

test('people of different relays find each other by key alone, also when two of three relays have died', async ({
  person,
  relay,
  anotherRelay,
}) => {
  test.setTimeout(180_000);
  const second = await anotherRelay(relay);
  const third = await anotherRelay(relay, second);
  const [alice, bob] = await Promise.all([
    person('Alice', { voice: 'high' }),
    person('Bob', { voice: 'low', relay: third }),
  ]);
  // Each has learnt of the other relays and reserved on them.
  for (const one of [alice, bob]) await one.reachableThrough(3);
  const key = await bob.key();
  await alice.talkByKey(bob, key);
  await relay.kill();
  await alice.talkByKey(bob, key);
  await third.kill();
  await alice.talkByKey(bob, key);
});

test(
  'a relay that dies while it rings: it goes on ringing, and the call connects',
  IN_FULL,
  async ({ person, relay, anotherRelay }) => {
    await anotherRelay(relay);
    const [alice, bob] = await Promise.all([
      person('Alice', { voice: 'high' }),
      person('Bob', { voice: 'low' }),
    ]);
    for (const one of [alice, bob]) await one.reachableThrough(2);
    await alice.callKey(await bob.key());
    await alice.sees('Ringing');
    await relay.kill();
    await expect(bob.incoming()).toBeVisible();
    await bob.accept();
    await Promise.all([hears(alice.page), hears(bob.page)]);
  },
);

test(
  'a contact is shown online while they are there, and not when they have left',
  IN_FULL,
  async ({ person }) => {
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
    await alice.add(bob);
    await expect(alice.contact('Bob')).toContainText(/online/i, { timeout: 30_000 });
    await bob.context.close();
    await expect(alice.contact('Bob')).not.toContainText(/online/i, { timeout: 30_000 });
    await expect(alice.contact('Bob')).toContainText(/seen/i);
  },
);

test(
  'who does not share their presence is not shown online, and sees nobody',
  IN_FULL,
  async ({ contacts: [alice, bob] }) => {
    await expect(alice.contact('Bob')).toContainText(/online/i, { timeout: 30_000 });
    await bob.goTo('Settings');
    await bob.page.getByRole('switch', { name: /online/i }).click();
    await expect(alice.contact('Bob')).not.toContainText(/online/i, { timeout: 30_000 });
    await bob.goTo('Contacts');
    await expect(bob.contact('Alice')).not.toContainText(/online|seen/i);
    // Calling is another matter.
    await alice.call(bob);
    await expect(bob.incoming()).toBeVisible();
  },
);
