import { IN_FULL } from '../../scripts/full-run.ts';
import { hears } from '../ear.ts';
import { expect, test } from './people.ts';

test('Firefox and Chromium call each other in both directions, and hear each other', async ({
  fox,
  person,
}) => {
  const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
  await fiona.add(await bob.inviteLink(), 'Bob');
  await bob.addKey(await fiona.inviteLink(), 'Fiona');

  await fiona.call('Bob');
  await bob.accept();
  await Promise.all([fiona.sees('Connected'), bob.sees('Connected')]);
  await Promise.all([fiona.hears(), hears(bob.page)]);
  await fiona.hangUp();
  await Promise.all([fiona.sees('Ended'), bob.sees('Ended')]);
  await Promise.all([fiona.dismiss(), bob.dismiss()]);

  const ring = { name: 'Call Fiona', exact: true };
  await bob.contact('Fiona').getByRole('button', ring).click();
  expect(await fiona.rings()).toContain('Bob');
  await fiona.accept();
  await Promise.all([fiona.sees('Connected'), bob.sees('Connected')]);
  await Promise.all([fiona.hears(), hears(bob.page)]);
  await bob.hangUp();
  await Promise.all([fiona.sees('Ended'), bob.sees('Ended')]);
});

test('strangers: Firefox calls Chromium by nothing but a key', IN_FULL, async ({ fox, person }) => {
  const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
  await fiona.callKey(await bob.key());
  await expect(bob.incoming()).toContainText('not in your contacts');
  await bob.accept();
  await Promise.all([fiona.hears(), hears(bob.page)]);
});
