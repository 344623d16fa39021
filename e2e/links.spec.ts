import { expect, test } from './people.ts';
import { IN_FULL } from '../scripts/full-run.ts';

test(
  'bad keys and links are refused in words, and nothing is stored',
  IN_FULL,
  async ({ person }) => {
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
    const [key, link, own] = [await bob.key(), await bob.inviteLink(), await alice.key()];
    const changedAt = link.length - 20;
    const changed = link[changedAt] === 'A' ? 'B' : 'A';
    const bad: readonly (readonly [what: string, text: string, says: RegExp])[] = [
      ['empty', '', /key or/i],
      ['garbage', 'call me maybe', /not a/i],
      ['a web address', 'https://example.org/', /not a/i],
      ['a key with a letter missing', key.slice(0, -1), /./],
      ['a link cut short', link.slice(0, -30), /cut|short|part|complete|whole/i],
      [
        'a forged link',
        link.slice(0, changedAt) + changed + link.slice(changedAt + 1),
        /sign|changed|damaged/i,
      ],
      ['our own key', own, /your own/i],
      ['a megabyte', 'A'.repeat(1_000_000), /long/i],
    ];
    const dialog = await alice.openDialog('Add contact');
    for (const [what, text, says] of bad) {
      await test.step(what, async () => {
        await dialog.getByRole('textbox', { name: 'Key or invite link' }).fill(text);
        await dialog.getByRole('button', { name: 'Add', exact: true }).click();
        await expect(dialog.getByRole('alert')).toHaveText(says);
      });
    }
    await alice.page.keyboard.press('Escape');
    await expect(
      alice.page.getByRole('list', { name: 'Contacts' }).getByRole('listitem'),
    ).toHaveCount(0);
    await alice.page.reload();
    await expect(alice.page.getByRole('button', { name: 'Add contact' })).toBeVisible();
    await expect(
      alice.page.getByRole('list', { name: 'Contacts' }).getByRole('listitem'),
    ).toHaveCount(0);
  },
);

test('a call to one’s own key is refused', IN_FULL, async ({ person }) => {
  const alice = await person('Alice');
  await alice.callKey(await alice.key());
  await expect(alice.page.getByRole('dialog').getByRole('alert')).toHaveText(/your own/i);
});

test('an invite link opened in the app leads to adding or calling', async ({ person }) => {
  const bob = await person('Bob');
  const { pathname, hash } = new URL(await bob.inviteLink());
  const alice = await person('Alice', { path: pathname + hash });
  await expect(alice.page.getByRole('dialog')).toContainText('Bob');
  await alice.page.getByRole('dialog').getByRole('button', { name: /^Add/ }).click();
  await expect(alice.contact('Bob')).toBeVisible();
  expect(alice.page.url()).not.toContain('#/i/');
});
