import { expect, test } from './people.ts';
import { IN_FULL } from '../scripts/full-run.ts';

test('identity, contacts and history are there after a reload', async ({
  person,
  friends: [, bob],
}) => {
  const carol = await person('Carol');
  const key = await carol.key();
  await carol.add(bob);
  await carol.call(bob);
  await bob.decline();
  await carol.sees('Ended');
  await carol.page.reload();
  await carol.reachable();
  expect(await carol.key()).toBe(key);
  await expect(carol.contact('Bob')).toBeVisible();
  await carol.goTo('Calls');
  const calls = carol.page.getByRole('list', { name: 'Calls' });
  await expect(calls.getByRole('listitem')).toHaveCount(1);
  await expect(calls.getByRole('listitem').first()).toContainText('Bob');
});

test.describe('a relay of their own', () => {
  test.use({ relayOptions: [] });

  test('without any network the app opens with contacts and history, deep links too', async ({
    person,
    relay,
  }) => {
    const alice = await person('Alice');
    await alice.addKey('12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN', 'Bob');
    await alice.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await alice.page.reload();
    await alice.reachable();
    await relay.stop();
    await alice.context.setOffline(true);
    await alice.page.reload();
    await expect(alice.contact('Bob')).toBeVisible();
    await expect(alice.networkStatus()).toHaveText(/^\s*Offline/);
    for (const path of ['/calls', '/settings', '/messages']) {
      await alice.page.goto(path);
      await expect(alice.page.getByRole('navigation', { name: 'Main' })).toBeVisible();
    }
    await alice.context.setOffline(false);
    await relay.start();
    await alice.reachable();
  });
});

test('an identity comes back from its words in another browser, and is called by the same key', async ({
  person,
  friends: [, bob],
}) => {
  const carol = await person('Carol');
  const key = await carol.key();
  await bob.add(carol);
  await carol.add(bob);
  await bob.call(carol);
  await carol.accept();
  await bob.sees('Connected');
  await bob.hangUp();
  await Promise.all([bob.dismiss(), carol.dismiss()]);
  const words = await carol.recoveryWords();
  expect(words.split(' ')).toHaveLength(12);

  const again = await person('Carol', { arrive: 'opened' });
  await again.restore(words);
  await again.reachable();
  expect(await again.key()).toBe(key);
  // The browser of before is still open, and Bob was connected to it just now.
  await bob.call(carol);
  await expect(again.incoming()).toBeVisible();
  await expect(carol.incoming()).toBeHidden();
  await bob.hangUp();
  await bob.dismiss();
  await bob.removeContact('Carol');
});

test('only one tab runs the node; the other offers to take over, and goes on when it is alone', async ({
  person,
}) => {
  const alice = await person('Alice');
  const second = await alice.context.newPage();
  await second.goto('/');
  await second.getByRole('button', { name: 'Use WOXLY here' }).click();
  await expect(second.getByRole('status', { name: 'Network status' })).toHaveText(/^\s*Reachable/);
  await expect(alice.page.getByRole('button', { name: 'Use WOXLY here' })).toBeVisible();
  await second.close();
  await alice.reachable();
});

test('a live call is never taken over by another tab', IN_FULL, async ({ person }) => {
  const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
  await alice.callKey(await bob.key());
  await bob.accept();
  await alice.sees('Connected');
  const second = await alice.context.newPage();
  await second.goto('/');
  await second.getByRole('button', { name: 'Use WOXLY here' }).click();
  await expect(second.getByRole('alert')).toHaveText(/call/i);
  await alice.page.bringToFront();
  await alice.sees('Connected');
});
