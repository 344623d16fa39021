import { IN_FULL } from '../scripts/full-run.ts';
import { expect, test } from './people.ts';

test(
  'a relay is added by its web address, tested, shared as a link, and removed',
  IN_FULL,
  async ({ person, anotherRelay }) => {
    const far = await anotherRelay();
    const alice = await person('Alice');
    await alice.goTo('Settings');
    const relays = alice.page.getByRole('list', { name: 'Relays' });
    const host = new URL(far.url).host;
    await expect(relays.getByRole('listitem')).toHaveCount(1);
    await alice.page.getByRole('textbox', { name: 'Relay address' }).fill('https://not a relay');
    await alice.page.getByRole('button', { name: 'Add relay' }).click();
    await expect(alice.page.getByRole('alert')).toBeVisible();
    await expect(relays.getByRole('listitem')).toHaveCount(1);

    await alice.page.getByRole('textbox', { name: 'Relay address' }).fill(far.url);
    await alice.page.getByRole('button', { name: 'Add relay' }).click();
    await expect(relays.getByRole('listitem')).toHaveCount(2);
    await expect(alice.networkStatus()).toContainText('2');

    const added = relays.getByRole('listitem').filter({ hasText: host.split(':')[1] ?? host });
    const menu = async (item: string) => {
      await added.getByRole('button', { name: /^More about relay/ }).click();
      await alice.page.getByRole('menuitem', { name: item }).click();
    };
    await menu('Test');
    const steps = alice.page.getByRole('list', { name: 'Test steps' });
    await expect(steps).toContainText(/\d+ ms/, { timeout: 30_000 });
    await alice.page.keyboard.press('Escape');
    await menu('Share');
    const link = await alice.page.getByRole('textbox', { name: 'Relay link' }).inputValue();
    expect(link).toContain('/#/r/');
    await alice.page.keyboard.press('Escape');
    await menu('Remove');
    await alice.page
      .getByRole('alertdialog')
      .getByRole('button', { name: /Remove/ })
      .click();
    await expect(relays.getByRole('listitem')).toHaveCount(1);

    // Whoever opens the link is asked first.
    const bob = await person('Bob');
    await bob.page.goto(link);
    await expect(bob.page.getByRole('button', { name: 'Add relay' }).first()).toBeVisible();
    await bob.page.getByRole('dialog').getByRole('button', { name: /^Add/ }).click();
    await expect(bob.networkStatus()).toContainText('2', { timeout: 30_000 });
  },
);

test(
  'who was lost is called again, and it rings as soon as they are back',
  IN_FULL,
  async ({ contacts: [alice, bob], relay }) => {
    await bob.context.setOffline(true);
    await bob.page.goto('about:blank');
    await alice.call(bob);
    await alice.sees('Ended');
    await alice.callRegion().getByRole('button', { name: 'Ring when they’re online' }).click();
    await alice.sees('Finding|Reaching');
    await bob.context.setOffline(false);
    await bob.page.goto(relay.url);
    await expect(bob.incoming()).toBeVisible({ timeout: 60_000 });
  },
);
