import { IN_FULL } from '../scripts/full-run.ts';
import { expect, test } from './people.ts';
import { hears } from './ear.ts';
import { noteContexts, runningContexts } from './sound-devices.ts';

test(
  'the sound device is held while something rings, and neither on an idle page nor after a call',
  IN_FULL,
  async ({ friends: [alice, bob] }) => {
    const people = [alice, bob];
    for (const { page } of people) {
      await page.addInitScript(noteContexts);
      await page.reload();
    }
    await Promise.all(people.map((one) => one.reachable()));
    const running = () => Promise.all(people.map(({ page }) => runningContexts(page)));
    // Any gesture arms the ringer.
    for (const { page } of people) await page.getByRole('heading').first().click();
    await expect.poll(running).toEqual([0, 0]);

    await alice.call(bob);
    await expect(bob.incoming()).toBeVisible();
    await expect.poll(running).toEqual([1, 1]);
    await bob.accept();
    await Promise.all(people.map(({ page }) => hears(page)));
    await expect.poll(running).toEqual([0, 0]);
    await alice.hangUp();
    await bob.sees('Ended');
    await expect.poll(running).toEqual([0, 0]);
  },
);
