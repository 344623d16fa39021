import { IN_FULL } from '../../scripts/full-run.ts';
import { hears, peerConnections } from '../ear.ts';
import { throughout } from '../throughout.ts';
import { contacts } from './call.ts';
import { STUN } from './lab/capture.ts';
import { SERVERS } from './lab/addresses.ts';
import { goes, remoteAddresses, says, voicePaths } from './path.ts';
import { expect, test } from './people.ts';
import type { Networked } from './scene.ts';

/** Who sees whose network address: told by the packets themselves. */

/** Packets between a machine and the public address of another person, which relay-only calls never send. */
const betweenThem = async (one: Networked, other: Networked) =>
  one.machine.capture(`host ${other.machine.publicAddress}`);

/** All that one page was told of how to reach the other one is relayed, and so is all that the other one sends. */
async function expectShownOnlyRelayed(shown: Networked, to: Networked): Promise<void> {
  const told = await remoteAddresses(to.page);
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((address) => !(SERVERS as readonly string[]).includes(address))).toEqual([]);
  const types = (await voicePaths(shown.page)).map(({ localType }) => localType);
  expect(types).toEqual(['relay']);
}

test('a stranger rings: before Accept no STUN packet leaves, and afterwards everything is relayed', async ({
  scene,
}) => {
  // Without WebRTC to the relay, which is STUN as well and no call.
  await scene.relay(0, { options: ['--no-webrtc-direct'] });
  const [alice, bob] = await Promise.all([
    scene.person('Alice', { voice: 'high', roundTripMs: 20 }),
    scene.person('Bob', { roundTripMs: 20 }),
  ]);
  const key = await bob.key();
  const straight = await Promise.all([betweenThem(alice, bob), betweenThem(bob, alice)]);
  const turnTls = 'tcp dst port 3478 or tcp dst port 443';
  const leaving = await bob.machine.capture(
    `src host ${bob.machine.address} and (${STUN} or ${turnTls})`,
  );
  await alice.callKey(key);
  await expect(bob.incoming()).toBeVisible({ timeout: 30_000 });
  await alice.sees('Ringing');
  await throughout(bob.page, async () => {
    const seen = await peerConnections(bob.page);
    expect(seen.map(({ candidates }) => candidates).filter((count) => count > 0)).toEqual([]);
  });
  expect(await leaving.end()).toEqual([]);

  const afterwards = await bob.machine.capture(STUN);
  await bob.accept();
  await Promise.all([hears(alice.page), hears(bob.page)]);
  // So that the silence before means something.
  expect(await afterwards.end()).not.toEqual([]);
  await Promise.all([goes(alice, 'Relayed'), goes(bob, 'Relayed')]);
  await expectShownOnlyRelayed(bob, alice);
  await expectShownOnlyRelayed(alice, bob);
  for (const capture of straight) expect(await capture.end()).toEqual([]);
});

test(
  'who hides their address shows it to no contact: not in candidates, not in packets',
  IN_FULL,
  async ({ scene }) => {
    const [alice, bob] = await contacts(scene, {}, {});
    await bob.goTo('Settings');
    await bob.page.getByRole('switch', { name: 'Hide my IP address', exact: true }).click();
    await bob.goTo('Contacts');
    const straight = await Promise.all([betweenThem(alice, bob), betweenThem(bob, alice)]);
    await alice.call(bob);
    await bob.accept();
    await Promise.all([hears(alice.page), hears(bob.page)]);
    await Promise.all([goes(alice, 'Relayed'), goes(bob, 'Relayed')]);
    await says(bob, 'Relayed');
    await expectShownOnlyRelayed(bob, alice);
    for (const capture of straight) expect(await capture.end()).toEqual([]);
  },
);

test(
  'who hides their address from one contact shows it to that one in no packet, whoever calls, and to another as before',
  IN_FULL,
  async ({ scene }) => {
    const [alice, bob] = await contacts(scene, {}, {});
    const carol = await scene.person('Carol', { voice: 'high', roundTripMs: 20 });
    await bob.befriend(carol);
    await bob.contact('Alice').getByRole('button', { name: /^More/ }).click();
    await bob.page.getByRole('menuitemcheckbox', { name: 'Hide my IP address from Alice' }).click();

    const straight = await Promise.all([betweenThem(alice, bob), betweenThem(bob, alice)]);
    for (const [caller, callee] of [
      [bob, alice],
      [alice, bob],
    ] as const) {
      await caller.call(callee);
      await callee.accept();
      await Promise.all([hears(alice.page), hears(bob.page)]);
      await Promise.all([goes(alice, 'Relayed'), goes(bob, 'Relayed')]);
      await expectShownOnlyRelayed(bob, alice);
      await caller.hangUp();
      await Promise.all([alice.dismiss(), bob.dismiss()]);
    }
    for (const capture of straight) expect(await capture.end()).toEqual([]);

    await carol.call(bob);
    await bob.accept();
    await Promise.all([hears(carol.page), hears(bob.page)]);
    await goes(carol, 'Direct');
  },
);
