import { beforeEach, describe, expect, test } from 'vitest';
import { befriend, CallWorld, ring, talk } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { STRANGER_RINGS } from './ways/ring-gate.ts';
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

  test('a tap for sound plays nothing before Accept', async () => {
    befriend(alice, bob);
    await ring(alice, bob);
    await until(() => bob.paths.opened.length > 0, 'a path that is ready');
    bob.calls.resumeSound();
    alice.calls.resumeSound();
    expect([alice, bob].map(({ paths }) => paths.last.playing)).toEqual([false, false]);
    bob.calls.accept();
    await alice.show('connected');
    expect([alice, bob].map(({ paths }) => paths.last.playing)).toEqual([true, true]);
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
    expect(alice.shows).toBe('ended: hidden-no-relay');
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
    expect(bob.records).toMatchObject([{ reason: 'missed', missed: true }]);
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

describe('a lost channel', () => {
  const lose = () => world.network.closeChannels(alice.device, bob.device);

  test.each(['contact', 'stranger'])(
    'of a %s who rings is opened again by the caller',
    async (who) => {
      if (who === 'contact') befriend(alice, bob);
      await ring(alice, bob);
      lose();
      const open = () => world.network.channelsBetween(alice.device, bob.device).length > 0;
      await until(() => !open(), 'a lost channel');
      await until(open, 'another channel');
      bob.calls.networkChanged();
      world.network.silence(alice.device, bob.device);
      await world.pass(20_000);
      expect(alice.searches).toBeGreaterThan(2);
      expect([alice.shows, bob.shows]).toEqual(['ringing', 'incoming']);
      expect(bob.searches).toBe(0);
      bob.calls.accept();
      await alice.show('connected');
    },
  );

  test('is opened by the callee, too, once it was accepted', async () => {
    await ring(alice, bob);
    alice.unreachable = 'not-reachable';
    lose();
    await world.pass(1_000);
    expect(bob.searches).toBe(0);
    bob.calls.accept();
    await alice.show('connected');
    expect(bob.onlyThrough).toEqual([[]]);
  });

  test.each([
    ['a stranger', true],
    ['a contact', false],
    ['a contact we hide from', true],
    ['a contact while we hide', true],
  ])('%s: through our own relays only: %s', async (who, guarded) => {
    if (who !== 'a stranger') befriend(alice, bob);
    if (who === 'a contact we hide from') bob.knows(alice, 'contact', true);
    if (who === 'a contact while we hide') bob.settings = { ...bob.settings, hideAddress: true };
    await talk(alice, bob);
    lose();
    await until(() => bob.searches > 0, 'it is opened again');
    expect(bob.onlyThrough.every((relays) => relays?.length === (guarded ? 0 : undefined))).toBe(
      true,
    );
    // The search is the caller's own wish.
    expect(alice.onlyThrough[0]).toBeUndefined();
  });
});

test('who called a stranger opens a lost channel through the relays of the search, too', async () => {
  await talk(alice, bob);
  alice.onlyThrough.length = 0;
  bob.unreachable = 'not-reachable';
  world.network.closeChannels(alice.device, bob.device);
  await until(() => alice.onlyThrough.length > 0, 'it is opened again');
  expect(alice.onlyThrough[0]).toHaveLength(2);
});

describe('blocking in a call', () => {
  test('silences somebody who rings, without a word', async () => {
    await ring(alice, bob);
    const heard = () => alice.heard(bob).filter(({ type }) => type !== 'heartbeat').length;
    const before = heard();
    bob.calls.contactsChanged();
    expect(bob.shows).toBe('incoming');
    bob.knows(alice, 'blocked');
    bob.calls.contactsChanged();
    expect(bob.shows).toBe('ended: declined');
    expect(bob.attention.playing.size).toBe(0);
    await world.pass(5_000);
    expect(heard()).toBe(before);
    expect(alice.shows).toBe('ringing');
    await world.pass(RINGING_MS);
    expect(alice.shows).toBe('ended: no-answer');
    expect(bob.records).toMatchObject([{ missed: false }]);
  });

  test('hangs up, and leaves calls with others alone', async () => {
    const carol = await world.person(3, 'Carol');
    befriend(alice, bob);
    await talk(alice, bob);
    bob.knows(carol, 'blocked');
    bob.calls.contactsChanged();
    expect(bob.shows).toBe('connected');
    bob.knows(alice, 'blocked');
    bob.calls.contactsChanged();
    expect(bob.shows).toBe('ended: hung-up');
    expect(bob.calls.current).toMatchObject({ accepted: true });
    await alice.show('ended: hung-up-by-peer');
  });
});
