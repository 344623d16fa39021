import { beforeEach, describe, expect, test } from 'vitest';
import { befriend, CallWorld, ring, ownNotice, peerNotice } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
});

describe('a microphone that was allowed before', () => {
  beforeEach(() => {
    befriend(alice, bob);
    for (const { microphones } of [alice, bob]) microphones.allowed = true;
  });

  test('is waited for neither by the RING nor by ACCEPT, and is heard once it is open', async () => {
    for (const { microphones } of [alice, bob]) microphones.behaviour = 'waits';
    await ring(alice, bob);
    bob.calls.accept();
    await Promise.all([alice.show('connected'), bob.show('connected')]);
    for (const person of [alice, bob]) {
      expect([person.paths.last.sending, ownNotice(person, 'microphone-lost')]).toEqual([
        undefined,
        false,
      ]);
      person.microphones.allow();
      await until(() => person.paths.last.sending === person.microphones.opened[0], 'sound');
    }
  });

  test('and asks again all the same: what the browser asks about is waited for', async () => {
    alice.microphones.allowed = false;
    alice.microphones.behaviour = 'waits';
    await alice.call(bob);
    await settled();
    expect(bob.shows).toBe('nothing');
  });

  test.each(['refused', 'missing', 'failed'] as const)(
    'and does not open at the caller, cancels the call that rings: %s',
    async (problem) => {
      alice.microphones.behaviour = 'waits';
      await ring(alice, bob);
      alice.microphones.deny(problem);
      await alice.show(`ended: microphone-${problem}`);
      await bob.show('ended: cancelled-by-peer');
    },
  );

  test('and does not open at the callee, counts as lost and is opened again', async () => {
    await ring(alice, bob);
    bob.microphones.behaviour = 'failed';
    bob.calls.accept();
    await until(() => ownNotice(bob, 'microphone-lost'), 'lost');
    await until(() => peerNotice(alice, 'microphone-lost'), 'told');
    bob.microphones.behaviour = 'opens';
    await world.pass(1_000);
    await until(() => bob.paths.last.sending === bob.microphones.opened[0], 'sound');
    await until(() => !peerNotice(alice, 'microphone-lost'), 'told');
  });

  test('and takes long to open, counts as lost meanwhile', async () => {
    await ring(alice, bob);
    bob.microphones.behaviour = 'waits';
    bob.calls.accept();
    await alice.show('connected');
    expect(peerNotice(alice, 'microphone-lost')).toBe(false);
    await world.pass(1_500);
    await until(() => peerNotice(alice, 'microphone-lost'), 'told');
    bob.microphones.allow();
    await until(() => !peerNotice(alice, 'microphone-lost'), 'told');
  });
});
