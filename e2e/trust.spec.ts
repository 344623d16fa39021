import { IN_FULL } from '../scripts/full-run.ts';
import { expect, test } from './people.ts';
import type { Person } from './person.ts';
import { throughout } from './throughout.ts';

/** The words and digits that the safety dialog of a live call shows. */
async function safetyOf(person: Person): Promise<string> {
  await person.callRegion().getByRole('button', { name: 'Safety words' }).click();
  const dialog = person.page.getByRole('dialog', { name: 'Safety words' });
  const words = dialog.getByRole('list', { name: 'Words to compare' }).getByRole('listitem');
  await expect(words.first()).toBeVisible();
  return (await words.allInnerTexts()).join(' ').trim();
}

test('two people see the same safety words, and who was verified stays so', async ({
  contacts: [alice, bob],
}) => {
  await alice.call(bob);
  await bob.accept();
  await alice.sees('Connected');
  const words = await safetyOf(alice);
  expect(words.split(/\s+/).length).toBeGreaterThanOrEqual(8);
  expect(await safetyOf(bob)).toBe(words);

  const dialog = alice.page.getByRole('dialog', { name: 'Safety words' });
  await dialog.getByRole('button', { name: 'They match' }).click();
  await expect(dialog.getByRole('button', { name: 'Undo verification' })).toBeVisible();
  await alice.page.keyboard.press('Escape');
  await bob.page.keyboard.press('Escape');
  await bob.hangUp();
  await alice.sees('Ended');
  await alice.page.reload();
  await alice.reachable();
  await alice.contact('Bob').getByRole('link').first().click();
  await alice.page.getByRole('button', { name: 'Safety words' }).click();
  await expect(dialog.getByRole('button', { name: 'Undo verification' })).toBeVisible();
});

test(
  'a new key of somebody verified makes them unverified, and allows no call until it is acknowledged',
  IN_FULL,
  async ({ person }) => {
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
    await alice.add(bob);
    const verified = alice.contact('Bob').getByRole('img', { name: 'Verified' });
    const openSafety = async () => {
      await alice.contact('Bob').getByRole('link').first().click();
      return alice.openDialog('Safety words');
    };
    await (await openSafety()).getByRole('button', { name: 'They match' }).click();
    await alice.page.keyboard.press('Escape');
    await alice.goTo('Contacts');
    await expect(verified).toBeVisible();
    // Bob has lost everything, and begins anew.
    const anew = await person('Bob');
    const dialog = await alice.openDialog('Add contact');
    await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill(await anew.inviteLink());
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await alice.page.getByRole('button', { name: /^Bob’s new key/ }).click();

    const call = alice.contact('Bob').getByRole('button', { name: 'Call Bob', exact: true });
    await expect(call).toBeDisabled();
    await expect(verified).toBeHidden();
    await anew.callKey(await alice.key());
    await anew.sees('Reaching');
    await throughout(alice.page, async () => {
      expect(await alice.incoming().isVisible()).toBe(false);
    });
    await anew.hangUp();

    await expect(await openSafety()).toContainText('Not compared yet.');
    await alice.page.keyboard.press('Escape');
    await alice.page.getByRole('button', { name: 'I’ve checked: allow calls' }).click();
    await alice.goTo('Contacts');
    await expect(call).toBeEnabled();
    await expect(verified).toBeHidden();
    await anew.dismiss();
    await alice.call(anew);
    await expect(anew.incoming()).toBeVisible();
  },
);
