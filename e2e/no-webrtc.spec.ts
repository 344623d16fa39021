import { expect, test } from './people.ts';
import { IN_FULL } from '../scripts/full-run.ts';

test('a browser without voice connections says so, and calls nobody', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('Alice'), person('Bob', { webrtc: false })]);
  await expect(bob.page.getByRole('note')).toContainText('Calls don’t work in this browser');
  await bob.callKey(await alice.key());
  await bob.sees('Ended: This browser can’t make calls');
  await expect(bob.callRegion()).toContainText(
    'Use a recent version of Chrome, Edge, Firefox or Safari.',
  );
  await expect(alice.incoming()).toBeHidden();
});

test(
  'a browser without voice connections is told who called, contact or stranger, and why it could not answer',
  IN_FULL,
  async ({ person }) => {
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob', { webrtc: false })]);
    await bob.add(alice);
    const carol = await person('Carol');
    const key = await bob.key();
    for (const caller of [alice, carol]) {
      await caller.callKey(key);
      await caller.sees('Ended: Their browser can’t take this call');
    }
    await bob.goTo('Calls');
    const calls = bob.page.getByRole('list', { name: 'Calls' });
    await expect(calls.getByRole('listitem')).toHaveCount(2);
    for (const name of ['Alice', 'Carol']) {
      const missed = calls.getByRole('listitem').filter({ hasText: name });
      await expect(missed).toContainText(/missed.*this browser can’t make calls/i);
    }
  },
);

test(
  'without voice connections contacts and presence work, and last',
  IN_FULL,
  async ({ person }) => {
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
  },
);

test(
  'without voice connections the doctor blames the browser, and no network',
  IN_FULL,
  async ({ person }) => {
    const { page } = await person('Bob', { webrtc: false });
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Check connection' }).click();
    const checks = page.getByRole('list', { name: 'Checks' });
    const browser = checks.getByRole('listitem').filter({ hasText: 'This browser' });
    await expect(browser).toContainText('can’t make voice connections');
    const relay = checks.getByRole('listitem').filter({ hasText: 'Relay' });
    await expect(relay).toContainText('Works', { timeout: 30_000 });
    await expect(checks.getByRole('listitem')).toHaveCount(2);
  },
);
