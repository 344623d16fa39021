import { spawnSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { IN_FULL } from '../scripts/full-run.ts';
import { hears, peerConnections } from './ear.ts';
import { expect, test } from './people.ts';
import { throughout } from './throughout.ts';

const hasCoturn = spawnSync('turnserver', ['--version']).status === 0;

test('a stranger gets no candidate and no connection before Accept', async ({
  person,
  friends: [, bob],
}) => {
  // Carol knows Bob, so that she would show him her address; Bob does not know Carol.
  const carol = await person('Carol', { voice: 'high' });
  await carol.add(bob);
  const before = (await peerConnections(bob.page)).length;
  await carol.call(bob);
  await expect(bob.incoming()).toBeVisible();
  await carol.sees('Ringing');
  await throughout(bob.page, async () => {
    expect(await peerConnections(bob.page)).toHaveLength(before);
    expect(await remoteCandidates(carol.page)).toBe(0);
  });

  await bob.accept();
  await Promise.all([hears(carol.page), hears(bob.page)]);
  expect((await peerConnections(bob.page)).length).toBeGreaterThan(before);
});

test('a stranger is spoken to through TURN only, and sees no address of ours', async ({
  person,
  friends: [, bob],
}) => {
  test.skip(!hasCoturn, 'turnserver (Debian package coturn) is not installed');
  const carol = await person('Carol', { voice: 'high' });
  await carol.add(bob);
  await carol.call(bob);
  await expect(bob.incoming()).toBeVisible();
  await expect(bob.incoming()).not.toContainText(/will see your IP/i);
  await bob.accept();
  await Promise.all([hears(carol.page), hears(bob.page)]);
  const details = await carol.openDialog('Call details');
  await expect(details).toContainText('Relayed via');
});

test.describe('where no relay has TURN', () => {
  test.use({ relayOptions: ['--turn', 'off'] });

  test('who hides their address places no call that would show it; a stranger is accepted after it is said', async ({
    person,
  }) => {
    const [alice, bob] = await Promise.all([
      person('Alice', { voice: 'high' }),
      person('Bob', { voice: 'low' }),
    ]);
    await alice.add(bob);
    const hide = alice.page.getByRole('switch', { name: 'Hide my IP address', exact: true });
    await alice.goTo('Settings');
    await hide.click();
    await alice.goTo('Contacts');
    await alice.call(bob);
    await alice.sees('Ended');
    await throughout(bob.page, async () => {
      expect(await bob.incoming().isVisible()).toBe(false);
    });
    await alice.dismiss();
    await alice.goTo('Settings');
    await hide.click();
    await alice.goTo('Contacts');

    await alice.call(bob);
    await expect(bob.incoming()).toContainText(/address/i);
    await bob.accept();
    await Promise.all([hears(alice.page), hears(bob.page)]);
    const details = await bob.openDialog('Call details');
    await expect(details).toContainText('Direct');
  });
});

test(
  'a caller shows no candidate to who is not their contact, before Accept',
  IN_FULL,
  async ({ person }) => {
    const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
    await bob.add(alice);
    await alice.callKey(await bob.key());
    await expect(bob.incoming()).toBeVisible();
    await alice.sees('Ringing');
    await throughout(bob.page, async () => {
      expect(await remoteCandidates(bob.page)).toBe(0);
    });
  },
);

test(
  'who hides their address makes no connection before Accept, for a contact either',
  IN_FULL,
  async ({ contacts: [alice, bob] }) => {
    await bob.goTo('Settings');
    await bob.page.getByRole('switch', { name: 'Hide my IP address', exact: true }).click();
    await bob.goTo('Contacts');
    await alice.call(bob);
    await expect(bob.incoming()).toBeVisible();
    await throughout(bob.page, async () => {
      expect(await peerConnections(bob.page)).toEqual([]);
    });
  },
);

test('a blocked caller is silence: no ring, no record, no word', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('Alice'), person('Bob')]);
  await bob.add(alice);
  await bob.blockContact('Alice');
  await alice.callKey(await bob.key());
  await alice.sees('Reaching');
  await throughout(bob.page, async () => {
    expect(await bob.incoming().isVisible()).toBe(false);
    expect(await alice.callStatus().innerText()).not.toMatch(/Ringing/);
  });
  await bob.goTo('Calls');
  await expect(bob.page.getByRole('list', { name: 'Calls' })).toBeHidden();
});

/** ICE candidates that the page was given by others, on all its connections. */
function remoteCandidates(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const watched = (globalThis as never)[Symbol.for('woxly.test.ear')] as {
      connection: RTCPeerConnection;
    }[];
    let count = 0;
    for (const { connection } of watched) {
      const report = (await connection.getStats()) as ReadonlyMap<string, { type: string }>;
      count += [...report.values()].filter(({ type }) => type === 'remote-candidate').length;
    }
    return count;
  });
}
