import { spawnSync } from 'node:child_process';
import { IN_FULL } from '../../scripts/full-run.ts';
import { soundPackets } from '../ear.ts';
import { expect, test } from './people.ts';

const hasCoturn = spawnSync('turnserver', ['--version']).status === 0;

test('the data saver of Firefox sends a third of the packets', IN_FULL, async ({ fox, person }) => {
  const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
  await fiona.callKey(await bob.key());
  await bob.accept();
  await fiona.hears();
  const full = await soundPackets(bob.page);
  await fiona.hangUp();
  await fiona.dismiss();
  await bob.dismiss();

  await fiona.click('link', 'Settings');
  await fiona.click('switch', 'Data saver');
  await fiona.click('link', 'Contacts');
  await fiona.callKey(await bob.key());
  await bob.accept();
  await fiona.hears();
  expect(await soundPackets(bob.page)).toBeLessThan(full / 2);
});

test(
  'call details of Firefox say through whom a relayed call goes, and what does not adapt',
  IN_FULL,
  async ({ fox, person }) => {
    test.skip(!hasCoturn, 'turnserver (Debian package coturn) is not installed');
    const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
    await fiona.click('link', 'Settings');
    await fiona.click('switch', 'Hide my IP address');
    await fiona.click('link', 'Contacts');
    await fiona.callKey(await bob.key());
    await bob.accept();
    await fiona.hears();
    await fiona.click('button', 'Call details');
    const details = () => fiona.dialog();
    await expect.poll(details, { timeout: 30_000 }).toMatch(/Relayed via 127\.0\.0\.1/);
    await expect.poll(details).toContain('This browser doesn’t adapt it to the connection.');
  },
);
