import { beforeEach, describe, expect, test } from 'vitest';
import { befriend, CallWorld, ring, talk, peerNotice } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { CONNECTING_MS, RECONNECTING_MS, SILENCE_MS } from './timing.ts';

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
});

describe('broken ways', () => {
  test('a lost channel is opened again, and the call never notices', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    world.network.closeChannels(alice.device, bob.device);
    await until(() => alice.searches > 1 && bob.searches > 0, 'both open it again');
    expect([alice.shows, bob.shows]).toEqual(['connected', 'connected']);
    alice.calls.setMuted(true);
    await until(() => peerNotice(bob, 'muted'), 'muted');
  });

  test('a channel that is dead without saying so is replaced', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    world.network.silence(alice.device, bob.device);
    alice.calls.setMuted(true);
    await world.pass(SILENCE_MS + 1_000);
    expect(peerNotice(bob, 'muted')).toBe(true);
    expect(bob.shows).toBe('connected');
  });

  test('a RING that was lost on the way is sent again', async () => {
    alice.microphones.behaviour = 'waits';
    await alice.call(bob);
    const open = () => world.network.channelsBetween(alice.device, bob.device).length > 0;
    await until(open, 'a channel');
    world.network.silence(alice.device, bob.device);
    alice.microphones.allow();
    await world.pass(SILENCE_MS + 1_000);
    await bob.show('incoming');
    await alice.show('ringing');
  });

  test('a broken path is restarted', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    for (const { paths } of [alice, bob]) paths.last.report('broken');
    expect(alice.shows).toBe('reconnecting');
    expect([...alice.attention.playing]).toContain('reconnecting');
    await world.pass(2_000);
    expect([alice.shows, bob.shows]).toEqual(['connected', 'connected']);
    expect([...alice.attention.playing]).not.toContain('reconnecting');
    expect(alice.records).toEqual([]);
  });

  test('a peer that is gone is given up after a minute', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    bob.vanish();
    alice.paths.last.report('failed');
    await world.pass(RECONNECTING_MS);
    expect(alice.shows).toBe('ended: peer-network-lost');
  });

  test('a path that never comes up', async () => {
    await ring(alice, bob);
    // As behind firewalls: candidates arrive, and lead nowhere.
    alice.paths.last.report = () => undefined;
    bob.calls.accept();
    await alice.show('connecting');
    await until(() => bob.paths.opened.length === 1, 'a path');
    bob.paths.last.report('failed');
    await world.pass(CONNECTING_MS);
    expect(alice.shows).toBe('ended: connection-failed');
  });

  test('a certificate that is not the signalled one ends the call on both sides', async () => {
    befriend(alice, bob);
    await ring(alice, bob);
    bob.paths.last.report('not-secure');
    expect(bob.shows).toBe('ended: not-secure');
    await alice.show('ended: not-secure');
  });

  test('a page loaded anew in a call ends it for the other side', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    bob.vanish();
    bob.leave();
    world.people.splice(world.people.indexOf(bob), 1);
    (await world.person(2, 'Bob')).knows(alice);
    await world.pass(SILENCE_MS + 1_000);
    await alice.show('ended: lost-by-peer');
  });

  test('tones and notifications that fail do not hold up the call', async () => {
    befriend(alice, bob);
    const broken = () => {
      throw new Error('broken by the test');
    };
    for (const { attention } of [alice, bob]) {
      Object.assign(attention, { play: broken, announceCall: broken, keepAwake: () => broken });
    }
    await talk(alice, bob);
    bob.calls.hangUp();
    await alice.show('ended: hung-up-by-peer');
    expect([alice.warnings, bob.warnings].flat()).toContain('call sign failed');
  });

  test('a browser without voice', async () => {
    bob.paths.supported = false;
    await alice.call(bob);
    await alice.show('ended: peer-unsupported');
    expect(bob.records).toMatchObject([{ missed: true, reason: 'unsupported' }]);
    await bob.call(alice);
    expect(bob.shows).toBe('ended: unsupported');
  });

  test('a path that refuses the description', async () => {
    await ring(alice, bob);
    alice.paths.last.refuses = true;
    bob.calls.accept();
    await alice.show('ended: connection-failed');
    await bob.show('ended: connection-failed');
  });
});
