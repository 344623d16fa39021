import { IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { expect, test } from './people.ts';

test(
  'two people with Firefox: strangers first, then contacts, each calling the other',
  IN_FULL,
  async ({ fox }) => {
    const [fiona, gregor] = await Promise.all([fox('Fiona'), fox('Gregor')]);
    await fiona.callKey(await gregor.key());
    expect(await gregor.rings()).toContain('not in your contacts');
    await gregor.accept();
    await Promise.all([fiona.hears(), gregor.hears()]);
    await fiona.hangUp();
    await gregor.sees('Ended');
    await Promise.all([fiona.dismiss(), gregor.dismiss()]);

    await fiona.add(await gregor.inviteLink(), 'Gregor');
    await gregor.add(await fiona.inviteLink(), 'Fiona');
    await gregor.call('Fiona');
    await fiona.accept();
    await Promise.all([fiona.hears(), gregor.hears()]);
    await gregor.hangUp();
    await fiona.sees('Ended');
  },
);

test(
  'a stranger with Chromium calls Firefox by nothing but a key',
  IN_FULL,
  async ({ fox, person }) => {
    const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
    await bob.callKey(await fiona.key());
    expect(await fiona.rings()).toContain('not in your contacts');
    await fiona.accept();
    await Promise.all([fiona.hears(), hears(bob.page)]);
  },
);

test(
  'the words bring an identity back in another Firefox, and it is called by the same key',
  IN_FULL,
  async ({ fox, person }) => {
    const fiona = await fox('Fiona');
    const key = await fiona.key();
    await fiona.click('link', 'Settings');
    await fiona.click('button', 'Show recovery words');
    await expect.poll(() => fiona.items('Recovery words')).toHaveLength(12);
    const words = await fiona.items('Recovery words');
    await fiona.context.close();

    const again = await fox('Fiona', { arrive: 'opened' });
    await again.click('button', 'Restore from recovery words');
    await again.fill('Recovery words', words.join(' '));
    await again.fill('Your name', 'Fiona');
    await again.click('button', 'Restore');
    await again.reachable();
    expect(await again.key()).toBe(key);
    const bob = await person('Bob');
    await bob.callKey(key);
    await again.accept();
    await Promise.all([again.hears(), hears(bob.page)]);
  },
);

test(
  'only one tab of Firefox runs the node; the other offers to take over',
  IN_FULL,
  async ({ fox, relay }) => {
    const fiona = await fox('Fiona');
    const second = await fiona.anotherTab(relay.url);
    await second.click('button', 'Use WOXLY here');
    await second.reachable();
    await fiona.shows('button', 'Use WOXLY here');
  },
);

test('both see the same safety words, whatever their browser', IN_FULL, async ({ fox, person }) => {
  const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
  await fiona.callKey(await bob.key());
  await bob.accept();
  await Promise.all([fiona.sees('Connected'), bob.sees('Connected')]);
  await fiona.click('button', 'Safety words');
  const dialog = await bob.openDialog('Safety words');
  const words = dialog.getByRole('list').getByRole('listitem');
  await expect(words.first()).toBeVisible();
  await expect.poll(() => fiona.items('Words to compare')).toEqual(await words.allInnerTexts());
});
