import { beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeCallFrame } from '#lib/protocol/call-frame.ts';
import { befriend, CallWorld, ring } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { MemoryChannel } from '#lib/testing/memory-channel.ts';
import { PREPARED_MOST_MS, UNUSED_MS } from '../reach/preparation.ts';
import { PATIENT_MS, PREPARING_MS } from './timing.ts';

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
});

describe('calling again', () => {
  test('goes on looking, and rings as soon as the person is there, with a fresh offer', async () => {
    alice.unreachable = 'not-found';
    await alice.callAgain(bob);
    await world.pass(3 * PREPARING_MS);
    expect(alice.shows).toBe('finding');
    expect(alice.calls.current).toMatchObject({ patient: true });
    alice.unreachable = undefined;
    const before = alice.searches;
    alice.calls.personSeen(bob.key);
    await bob.show('incoming');
    await alice.show('ringing');
    expect(alice.searches).toBe(before + 1);
    expect(alice.calls.current).toMatchObject({ patient: false });
    expect(alice.paths.opened.map(({ closed }) => closed)).toEqual([true, false]);
  });

  test('does not search without end', async () => {
    alice.unreachable = 'offline';
    await alice.callAgain(bob);
    await world.pass(PATIENT_MS);
    expect(alice.shows).toBe('ended: not-found');
    expect(alice.searches).toBeLessThan(50);
    expect(alice.microphones.recording).toBe(0);
  });

  test('ends when it is hung up', async () => {
    alice.unreachable = 'not-found';
    await alice.callAgain(bob);
    await world.pass(10_000);
    alice.calls.hangUp();
    expect(alice.shows).toBe('ended: cancelled');
  });

  test('any other call ends when nobody is found', async () => {
    alice.unreachable = 'not-found';
    await alice.call(bob);
    await alice.show('ended: not-found');
  });

  test('a RING that nobody has heard rings on, beyond the minute of any other', async () => {
    const open = () => world.network.channelsBetween(alice.device, bob.device).length > 0;
    alice.microphones.behaviour = 'waits';
    await alice.callAgain(bob);
    await until(open, 'a channel');
    await bob.node.stop();
    world.network.silence(alice.device, bob.device);
    alice.microphones.allow();
    await world.pass(150_000);
    expect(alice.shows).toBe('reaching');
    expect(alice.calls.current).toMatchObject({ patient: true });
  });
});

describe('preparing', () => {
  const channels = () => world.network.channelsBetween(alice.device, bob.device).length;

  test('opens a channel and a path ahead, which the call takes without a search', async () => {
    befriend(alice, bob);
    const stop = alice.calls.prepare(bob.key);
    await until(() => channels() === 1, 'a channel');
    expect(alice.paths.prepared).toEqual(['all']);
    await world.pass(40_000);
    expect([channels(), alice.searches]).toEqual([1, 1]);
    expect(bob.heard(alice).every(({ type }) => type === 'heartbeat')).toBe(true);
    await ring(alice, bob);
    expect([channels(), alice.searches]).toEqual([1, 1]);
    stop();
    await world.pass(UNUSED_MS / 2);
    expect([alice.shows, bob.shows]).toEqual(['ringing', 'incoming']);
  });

  test('the RING of what is ready goes out before anything else is done', async () => {
    befriend(alice, bob);
    alice.calls.prepare(bob.key);
    await until(() => channels() === 1, 'a channel');
    alice.paths.ready = true;
    alice.microphones.allowed = true;
    const sent = vi.spyOn(MemoryChannel.prototype, 'send');
    const calling = alice.call(bob);
    expect(sent.mock.calls.map(([frame]) => decodeCallFrame(frame)?.body.type)).toEqual(['ring']);
    sent.mockRestore();
    await calling;
    await bob.show('incoming');
    bob.calls.accept();
    await alice.show('connected');
  });

  test.each([
    ['a stranger', () => undefined],
    ['a contact we hide from', () => alice.knows(bob, 'contact', true)],
    ['somebody who is blocked', () => alice.knows(bob, 'blocked')],
    [
      'a contact whose key changed',
      () => {
        alice.knows(bob);
        const contact = alice.contacts.get(bob.key);
        if (contact) alice.contacts.set(bob.key, { ...contact, keyBefore: alice.key });
      },
    ],
  ])('shows %s nothing', async (_who, know) => {
    know();
    alice.calls.prepare(bob.key);
    await settled();
    expect([channels(), alice.searches, alice.paths.prepared]).toEqual([0, 0, []]);
  });

  test('ends when we begin to hide from them, and begins anew on another network', async () => {
    befriend(alice, bob);
    alice.calls.prepare(bob.key);
    await until(() => channels() === 1, 'a channel');
    alice.calls.networkChanged();
    expect([alice.paths.prepared, alice.paths.forgotten]).toEqual([['all', 'all'], 1]);
    alice.knows(bob, 'contact', true);
    alice.calls.networkChanged();
    alice.calls.personSeen(bob.key);
    await settled();
    expect([alice.paths.prepared.length, alice.paths.forgotten, alice.searches]).toEqual([2, 2, 1]);
  });

  test('is let go a while after it was left, and when it takes too long', async () => {
    befriend(alice, bob);
    alice.calls.prepare(bob.key)();
    await until(() => channels() === 1, 'a channel');
    await world.pass(UNUSED_MS + 40_000);
    expect(channels()).toBe(0);
    alice.calls.prepare(bob.key);
    await until(() => channels() === 1, 'a channel');
    await world.pass(PREPARED_MOST_MS + 40_000);
    expect(channels()).toBe(0);
  });

  test('is not needed for a contact who was spoken with just now, from either side', async () => {
    befriend(alice, bob);
    await ring(alice, bob);
    bob.calls.decline();
    for (const person of [alice, bob]) {
      await until(() => person.shows.startsWith('ended'), 'over');
      person.calls.dismiss();
    }
    await ring(bob, alice);
    expect([channels(), alice.searches, bob.searches]).toEqual([1, 1, 0]);
  });

  test('somebody who comes later is reached then', async () => {
    befriend(alice, bob);
    alice.unreachable = 'not-found';
    alice.calls.prepare(bob.key);
    await settled();
    alice.unreachable = undefined;
    alice.calls.personSeen(alice.key);
    await settled();
    expect(channels()).toBe(0);
    alice.calls.personSeen(bob.key);
    await until(() => channels() === 1, 'a channel');
  });
});

describe('an identity key that changed', () => {
  const change = (person: CallPerson, other: CallPerson) => {
    person.knows(other);
    const contact = person.contacts.get(other.key);
    if (contact) person.contacts.set(other.key, { ...contact, keyBefore: person.key });
  };

  test('ends a call at once, before anything is opened', async () => {
    change(alice, bob);
    await alice.call(bob);
    expect(alice.shows).toBe('ended: key-changed');
    expect([alice.searches, alice.paths.opened, alice.microphones.opened]).toEqual([0, [], []]);
  });

  test('never rings, and is a missed call', async () => {
    change(bob, alice);
    await alice.call(bob);
    await until(() => bob.records.length === 1, 'a missed call');
    expect(bob.records).toMatchObject([{ missed: true, reason: 'key-changed' }]);
    expect([bob.shows, bob.attention.played]).toEqual(['nothing', []]);
    expect(alice.heard(bob)).toEqual([]);
  });
});

describe('another identity on the device of somebody we know', () => {
  test('rings as a stranger, although it is a contact', async () => {
    const carol = await world.person(3, 'Carol');
    befriend(alice, bob);
    bob.owners.set(alice.device, carol.key);
    await ring(alice, bob);
    expect(bob.calls.current).toMatchObject({ peer: { key: alice.key, trust: 'stranger' } });
    expect(bob.paths.opened).toEqual([]);
  });

  test('is blocked if they are', async () => {
    const carol = await world.person(3, 'Carol');
    bob.knows(carol, 'blocked');
    bob.owners.set(alice.device, carol.key);
    await alice.call(bob);
    await until(() => bob.heard(alice).some(({ type }) => type === 'ring'), 'the RING');
    await world.pass(3_000);
    expect([bob.shows, bob.records]).toEqual(['nothing', []]);
  });
});
