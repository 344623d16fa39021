import { hears } from '../ear.ts';
import { expect, test } from './people.ts';

test.use({ relayOptions: [] });

test('a relay dies in a call of Firefox: it is repaired over the other one, and goes on', async ({
  fox,
  person,
  relay,
  anotherRelay,
}) => {
  await anotherRelay(relay);
  const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
  await Promise.all([fiona.reachable(2), bob.reachableThrough(2)]);
  await fiona.callKey(await bob.key());
  await bob.accept();
  await Promise.all([fiona.hears(), hears(bob.page)]);
  const before = await fiona.generations();
  await relay.kill();
  // What a browser says when it has another network: the path is made anew, by an offer and an answer.
  await fiona.page.evaluate(() => dispatchEvent(new Event('online')));
  await expect.poll(() => fiona.generations(), { timeout: 30_000 }).not.toEqual(before);
  await Promise.all([fiona.sees('Connected'), bob.sees('Connected')]);
  await Promise.all([fiona.hears(), hears(bob.page)]);
  await bob.hangUp();
  await fiona.sees('Ended');
});
