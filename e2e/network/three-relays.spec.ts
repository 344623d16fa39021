import { IN_FULL } from '../../scripts/full-run.ts';
import { expect, test } from './people.ts';
import type { Networked } from './scene.ts';

test(
  'three relays on three servers, two of them lost in turn: found by key alone, rung and heard',
  IN_FULL,
  async ({ scene }) => {
    test.setTimeout(240_000);
    const first = await scene.relay(0);
    const second = await scene.relay(1, { knows: [first] });
    const third = await scene.relay(2, { knows: [first, second] });
    const [alice, bob] = await Promise.all([
      scene.person('Alice', { voice: 'high', roundTripMs: 60, relay: first }),
      scene.person('Bob', { roundTripMs: 60, relay: third }),
    ]);
    for (const person of [alice, bob]) await person.reachableThrough(3);
    const key = await bob.key();
    await alice.talkByKey(bob, key);
    await first.kill();
    await alice.talkByKey(bob, key);
    await third.vanish();
    await alice.talkByKey(bob, key);
  },
);

test(
  'people who share no relay: a line of three relays passes on where they are',
  IN_FULL,
  async ({ scene }) => {
    test.setTimeout(240_000);
    const first = await scene.relay(0);
    const second = await scene.relay(1, { knows: [first] });
    const third = await scene.relay(2, { knows: [second] });
    const [alice, bob] = await Promise.all([
      scene.person('Alice', { voice: 'high', roundTripMs: 60, relay: first }),
      scene.person('Bob', { roundTripMs: 60, relay: third }),
    ]);
    for (const person of [alice, bob]) await person.reachableThrough(3);
    await Promise.all([leaves(alice, 1, 2), leaves(bob, 0, 1)]);
    const key = await bob.key();
    await alice.talkByKey(bob, key);
    await bob.talkByKey(alice, await alice.key());
  },
);

/** Takes relays out, in Settings. */
async function leaves(person: Networked, ...servers: readonly number[]): Promise<void> {
  const { page } = person;
  await person.goTo('Settings');
  const relays = page.getByRole('list', { name: 'Relays' }).getByRole('listitem');
  for (const server of servers) {
    const relay = relays.filter({ hasText: `Server ${server}` });
    await relay.getByRole('button', { name: /^More about relay/ }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: /Remove/ })
      .click();
    await expect(relay).toHaveCount(0);
  }
  await expect(relays).toHaveCount(1);
  await person.goTo('Contacts');
}
