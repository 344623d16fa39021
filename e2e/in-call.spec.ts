import { hears } from './ear.ts';
import { IN_FULL } from '../scripts/full-run.ts';
import { expect, test } from './people.ts';

test(
  'on a wide screen the settings are there in a call, and after it',
  IN_FULL,
  async ({ contacts: [alice, bob] }) => {
    await alice.call(bob);
    await bob.accept();
    await Promise.all([alice.sees('Connected'), hears(bob.page)]);
    await alice.goTo('Settings');
    const saver = alice.page.getByRole('switch', { name: 'Data saver' });
    await saver.click();
    await expect(saver).toBeChecked();
    await alice.mute();
    await bob.hangUp();
    await alice.sees('Ended');
    await alice.page.getByRole('textbox', { name: 'Your name' }).fill('Alice B.');
    await alice.dismiss();
  },
);

test(
  'on a phone: the title, the data saver in a call, and no end of it unasked',
  IN_FULL,
  async ({ person }) => {
    const [alice, bob] = await Promise.all([
      person('Alice', { context: { viewport: { width: 390, height: 844 } } }),
      person('Bob', { voice: 'high' }),
    ]);
    await expect(alice.page).toHaveTitle('Contacts – WOXLY');
    await alice.goTo('Calls');
    await alice.goTo('Contacts');
    await expect(alice.page).toHaveTitle('Contacts – WOXLY');
    await alice.callKey(await bob.key());
    await bob.accept();
    await alice.sees('Connected');
    await expect(alice.page).toHaveTitle(/^Call with .* – WOXLY$/);
    const audio = await alice.openDialog('Audio settings');
    await audio.getByRole('switch', { name: 'Data saver' }).click();
    await expect(audio.getByRole('switch', { name: 'Data saver' })).toBeChecked();
    await alice.page.keyboard.press('Escape');

    const asked: string[] = [];
    alice.page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await alice.page.evaluate(() => location.reload());
    await expect.poll(() => asked).toEqual(['beforeunload']);
    await alice.sees('Connected');
    await Promise.all([hears(alice.page), hears(bob.page)]);
    await alice.hangUp();
    await bob.sees('Ended');
    await alice.page.reload();
    await alice.reachable();
    expect(asked).toEqual(['beforeunload']);
  },
);
