import { IN_FULL } from '../scripts/full-run.ts';
import { hears } from './ear.ts';
import { expect, test } from './people.ts';

test.use({ relayOptions: [] });

test('the relay dies in a call: the sound goes on, and hanging up still reaches the other side', async ({
  contacts: [alice, bob],
  relay,
}) => {
  await alice.call(bob);
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await relay.kill();
  await expect(alice.networkStatus()).not.toHaveText(/^\s*Reachable/);
  await Promise.all([hears(alice.page), hears(bob.page)]);
  await alice.sees('Connected');
  await bob.sees('Connected');
  await bob.hangUp();
  await alice.sees('Ended');
});

test(
  'a relay that was killed and started again: both are reachable again, and call',
  IN_FULL,
  async ({ person, relay }) => {
    const [alice, bob] = await Promise.all([
      person('Alice', { voice: 'high' }),
      person('Bob', { voice: 'low' }),
    ]);
    await alice.add(bob);
    await relay.kill();
    await expect(alice.networkStatus()).not.toHaveText(/^\s*Reachable/);
    await expect(bob.networkStatus()).not.toHaveText(/^\s*Reachable/);
    await relay.start();
    await Promise.all([alice.reachable(), bob.reachable()]);
    await alice.call(bob);
    await bob.accept();
    await Promise.all([hears(alice.page), hears(bob.page)]);
  },
);

test(
  'a person on another relay is found through the relay that their invite names',
  IN_FULL,
  async ({ person, anotherRelay }) => {
    const far = await anotherRelay();
    const [alice, bob] = await Promise.all([
      person('Alice', { voice: 'high' }),
      person('Bob', { voice: 'low', relay: far }),
    ]);
    await alice.callKey(await bob.inviteLink());
    await alice.sees('Ringing');
    await bob.accept();
    await Promise.all([hears(alice.page), hears(bob.page)]);
  },
);
