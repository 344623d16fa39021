import { expect, test } from './people.ts';

test.use({ relayOptions: [] });

test('without its server Firefox opens the app with its contacts, deep links too, and comes back', async ({
  fox,
  person,
  relay,
}) => {
  const [fiona, bob] = await Promise.all([fox('Fiona'), person('Bob')]);
  await fiona.add(await bob.inviteLink(), 'Bob');
  await fiona.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await fiona.page.reload();
  await fiona.reachable();
  await relay.stop();
  await fiona.page.reload();
  await fiona.shows('button', 'Call Bob');
  await expect.poll(() => fiona.networkStatus(), { timeout: 30_000 }).not.toMatch(/^Reachable/);
  await fiona.page.goto(`${relay.url}/settings`);
  await fiona.shows('link', 'Contacts');
  await relay.start();
  await fiona.reachable();
});
