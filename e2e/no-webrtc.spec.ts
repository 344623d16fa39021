import { expect, test } from './people.ts';

test('a browser without voice connections says so, and is told who called', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('Alice'), person('Bob', { webrtc: false })]);
  await expect(bob.page.getByRole('note')).toContainText('Calls do not work in this browser');
  await alice.befriend(bob);

  await alice.call(bob);
  await alice.sees('Ended: their browser cannot take this call');
  await alice.dismiss();
  const stranger = await person('Carol');
  await stranger.callKey(await bob.key());
  await stranger.sees('Ended: their browser cannot take this call');

  await bob.goTo('Calls');
  const calls = bob.page.getByRole('list', { name: 'Calls' });
  await expect(calls.getByRole('listitem')).toHaveCount(2);
  for (const name of ['Alice', 'Carol']) {
    const missed = calls.getByRole('listitem').filter({ hasText: name });
    await expect(missed).toContainText(/missed.*this browser cannot make calls/i);
  }

  await bob.goTo('Contacts');
  await bob.call(alice);
  await bob.sees('Ended: this browser cannot make calls');
  await expect(bob.callRegion()).toContainText('Use a current Chrome, Edge, Firefox or Safari.');
  await expect(alice.incoming()).toBeHidden();
  await bob.dismiss();
});

test('without voice connections contacts, settings and presence work, and the doctor blames the browser alone', async ({
  person,
}) => {
  const [alice, bob] = await Promise.all([person('Alice'), person('Bob', { webrtc: false })]);
  await alice.befriend(bob);
  for (const [one, name] of [
    [alice, 'Bob'],
    [bob, 'Alice'],
  ] as const) {
    await expect(one.contact(name)).toContainText(/online/i, { timeout: 30_000 });
  }
  await bob.page.reload();
  await bob.reachable();
  await expect(bob.contact('Alice')).toBeVisible();

  await bob.page.goto('/settings');
  await bob.page.getByRole('button', { name: 'Check connection' }).click();
  const checks = bob.page.getByRole('list', { name: 'Checks' });
  const browser = checks.getByRole('listitem').filter({ hasText: 'This browser' });
  await expect(browser).toContainText('cannot make voice connections');
  await expect(checks.getByRole('listitem')).toHaveCount(2);
  await expect(checks.getByRole('listitem').filter({ hasText: 'Relay' })).toContainText('Works');
  await expect(checks).not.toContainText(/firewall|UDP|TURN|NAT/);
});
