import { NO_CALL } from './ways/intake.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { callIdOf, encodeCallFrame } from '#lib/protocol/call-frame.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { befriend, CallWorld, ring, talk } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;
let mallory: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
  mallory = await world.person(3, 'Mallory');
});

/** The person has a newer device list, without this device; its certificate is older. */
function leavesOut(who: CallPerson, of: CallPerson): void {
  const known = of.contacts.get(who.key);
  const epoch = Math.floor(world.clock.now() / 1000);
  if (known) of.contacts.set(who.key, { ...known, epoch, devices: [] });
}

describe('a device is of one person', () => {
  test('somebody whose link names the device of another does not get through to them', async () => {
    befriend(alice, bob);
    alice.knows(mallory);
    world.misled.set(mallory.key, bob.device);
    await alice.call(mallory);
    await alice.show('ended: not-secure');
    expect(bob.shows).toBe('nothing');
    expect(bob.records).toEqual([]);
    expect(bob.heard(alice).map(({ type }) => type)).toContain('ring');
  });

  test('a stranger who may not ring is not even told whose device it is not', async () => {
    bob.settings = { ...bob.settings, strangersMayRing: false };
    world.misled.set(mallory.key, bob.device);
    await alice.call(mallory);
    await until(() => bob.heard(alice).some(({ type }) => type === 'ring'), 'a RING');
    await settled();
    expect(alice.heard(bob)).toEqual([]);
  });

  test('who answers with the papers of another is not believed', async () => {
    befriend(alice, bob);
    await alice.call(bob);
    await bob.show('incoming');
    await alice.show('ringing');
    const { device } = alice;
    const { signal } = new AbortController();
    const channel = await mallory.node.open(device, CALL_PROTOCOL, [world.relay.address], {
      signal,
    });
    const id = alice.calls.current?.id ?? NO_CALL;
    const body = { type: 'accept', certificate: bob.certificate, answer: 'fake-sdp 9 9' } as const;
    channel.send(encodeCallFrame({ callId: id, sequence: 1, acknowledged: 0, body }));
    await settled();
    expect(alice.shows).toBe('ringing');
  });
});

describe('a device that its person has left out', () => {
  test('rings as a stranger', async () => {
    befriend(alice, bob);
    leavesOut(bob, alice);
    await bob.call(alice);
    await alice.show('incoming');
    expect(alice.calls.current?.peer).toMatchObject({ key: bob.key, trust: 'stranger' });
    expect(alice.paths.opened).toEqual([]);
  });

  test('is not talked to, though it answers', async () => {
    befriend(alice, bob);
    leavesOut(bob, alice);
    await alice.call(bob);
    await alice.show('ended: not-reachable');
    await bob.show('ended: cancelled-by-peer');
  });

  test('does not take the place of the person that is being called', async () => {
    befriend(alice, bob);
    leavesOut(bob, alice);
    alice.microphones.behaviour = 'waits';
    await alice.call(bob);
    await bob.call(alice);
    await settled();
    expect(alice.calls.current).toMatchObject({
      direction: 'outgoing',
      peer: { trust: 'contact' },
    });
  });

  test('is taken for theirs again with a newer certificate: its list has not come yet', async () => {
    befriend(alice, bob);
    const known = alice.contacts.get(bob.key);
    // The certificates of tests are a day old.
    const epoch = Math.floor(world.clock.now() / 1000) - 2 * 86_400;
    if (known) alice.contacts.set(bob.key, { ...known, epoch, devices: [] });
    await talk(bob, alice);
  });
});

test('whom we do not know hears nothing of a call that is not known here', async () => {
  const { signal } = new AbortController();
  const answers = async (from: CallPerson, times: number) => {
    const channel = await from.node.open(bob.device, CALL_PROTOCOL, [world.relay.address], {
      signal,
    });
    const callId = callIdOf(new Uint8Array(16).fill(times));
    const body = { type: 'heartbeat' } as const;
    channel.send(encodeCallFrame({ callId, sequence: 0, acknowledged: 0, body }));
    await settled();
    return from.heard(bob).map(({ type }) => type);
  };
  bob.knows(alice);
  bob.knows(mallory, 'blocked');
  expect(await answers(alice, 1)).toEqual(['hangup']);
  expect(await answers(mallory, 2)).toEqual([]);
  bob.contacts.delete(mallory.key);
  expect(await answers(mallory, 3)).toEqual([]);
});

test('a contact rings at once while a stranger does', async () => {
  befriend(alice, bob);
  await ring(mallory, bob);
  await alice.call(bob);
  await until(() => bob.calls.current?.peer.key === alice.key, 'the ring of the contact');
  // Nothing had to be sent again.
  expect(bob.heard(alice).filter(({ type }) => type === 'ring')).toHaveLength(1);
  await mallory.show('ended: no-answer');
});
