import { setTimeout as wait } from 'node:timers/promises';
import { IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { contacts, talk } from './call.ts';
import { expect, test } from './people.ts';

/** What people see of a call whose network is gone. */

/** A call is given up after so long without a path, ms. */
const GIVEN_UP_MS = 60_000;

test(
  'a network that is gone for good: both are told whose, and it rings when it is back',
  IN_FULL,
  async ({ scene }) => {
    test.setTimeout(GIVEN_UP_MS + 180_000);
    const [alice, bob] = await contacts(scene, {}, {});
    await talk(alice, bob);
    await bob.machine.cut('unplugged');
    await Promise.all([alice.sees('Reconnecting'), bob.sees('Reconnecting')]);
    await expect(bob.callRegion()).toContainText('The problem is in your network');
    await expect(alice.callRegion()).toContainText('The problem is in Bob’s network');
    for (const one of [alice, bob])
      await expect(one.callRegion()).toContainText(/Gives up in 0:[0-5]\d/);
    const timeout = GIVEN_UP_MS + 20_000;
    await expect(bob.callStatus()).toContainText('Ended: You lost your connection', { timeout });
    await expect(alice.callStatus()).toContainText('Ended: They lost their connection', {
      timeout,
    });

    await alice.callRegion().getByRole('button', { name: 'Ring when they’re online' }).click();
    await alice.sees('Finding|Reaching');
    await wait(5_000);
    await expect(bob.incoming()).toBeHidden();
    await bob.machine.restore();
    await expect(bob.incoming()).toBeVisible({ timeout: 60_000 });
    await bob.accept();
    await Promise.all([alice.sees('Connected'), bob.sees('Connected')]);
    await Promise.all([hears(alice.page), hears(bob.page)]);
  },
);

test('hanging up works while the path is broken, and the other side hears of it later', async ({
  scene,
}) => {
  const [alice, bob] = await contacts(scene, {}, {});
  await talk(alice, bob);
  await bob.machine.cut();
  await Promise.all([alice.sees('Reconnecting'), bob.sees('Reconnecting')]);
  await alice.hangUp();
  await alice.sees('Ended: You hung up');
  await bob.machine.restore();
  await bob.sees('Ended: They hung up');
});
