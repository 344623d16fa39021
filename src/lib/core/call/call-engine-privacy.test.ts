import { beforeEach, describe, expect, test } from 'vitest';
import { befriend, CallWorld, ring } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { STRANGER_RINGS } from './ring-gate.ts';
import { RINGING_MS } from './timing.ts';

const TURN = [{ urls: ['turn:turn.test'], username: 'a', credential: 'b' }];

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
});

describe('privacy', () => {
  test('a stranger gets no path, no answer and no candidate before Accept', async () => {
    bob.servers = TURN;
    await ring(alice, bob);
    await world.pass(10_000);
    expect(bob.paths.opened).toEqual([]);
    expect(new Set(alice.heard(bob).map(({ type }) => type))).toEqual(
      new Set(['ringing', 'heartbeat']),
    );
    expect(bob.calls.current).toMatchObject({ acceptShowsAddress: false });
    bob.calls.accept();
    await alice.show('connected');
    expect(bob.paths.last.policy).toBe('relay');
    expect(bob.paths.last.servers).toBe(TURN);
  });

  test('a caller shows no candidate to a stranger before ACCEPT, even if the other side does', async () => {
    bob.knows(alice);
    await ring(alice, bob);
    await until(() => alice.heard(bob).some(({ type }) => type === 'answer'), 'an answer');
    await world.pass(5_000);
    expect(bob.heard(alice).some(({ type }) => type === 'candidate')).toBe(false);
    expect(alice.paths.last.remote).toBeUndefined();
    bob.calls.accept();
    await alice.show('connected');
  });

  test.each(['everybody', 'this contact'])('hidden from %s: cold', async (whom) => {
    befriend(alice, bob);
    if (whom === 'everybody') bob.settings = { ...bob.settings, hideAddress: true };
    else bob.knows(alice, 'contact', true);
    await ring(alice, bob);
    expect(bob.paths.opened).toEqual([]);
    expect(bob.calls.current).toMatchObject({ acceptShowsAddress: true });
  });

  test('hidden and without TURN no call is placed', async () => {
    alice.settings = { ...alice.settings, hideAddress: true };
    await alice.call(bob);
    expect(alice.shows).toBe('ended: connection-failed');
    expect(alice.paths.opened).toEqual([]);
  });

  test('a blocked caller meets complete silence and leaves no trace', async () => {
    bob.knows(alice, 'blocked');
    await alice.call(bob);
    await until(() => bob.heard(alice).some(({ type }) => type === 'ring'), 'the RING');
    await world.pass(RINGING_MS + 1_000);
    expect(alice.shows).toBe('ended: not-reachable');
    expect(alice.heard(bob)).toEqual([]);
    expect(bob.records).toEqual([]);
    expect(bob.attention.played).toEqual([]);
  });

  test('strangers may be silenced', async () => {
    bob.settings = { ...bob.settings, strangersMayRing: false };
    await alice.call(bob);
    await until(() => bob.records.length === 1, 'a missed call');
    expect(alice.heard(bob)).toEqual([]);
    expect(bob.shows).toBe('nothing');
  });

  test('a stranger who rings again and again is dropped', async () => {
    for (let rings = 0; rings < STRANGER_RINGS.perDevice; rings += 1) {
      await ring(alice, bob);
      alice.calls.hangUp();
      await bob.show('ended: cancelled-by-peer');
    }
    await alice.call(bob);
    await alice.show('reaching');
    await world.pass(3_000);
    expect(alice.shows).toBe('reaching');
    expect(bob.records).toHaveLength(STRANGER_RINGS.perDevice);
  });
});
