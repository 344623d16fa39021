import { NO_CALL } from './ways/intake.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { callIdOf, encodeCallFrame } from '#lib/protocol/call-frame.ts';
import { befriend, CallWorld, ring, talk, peerNotice } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { PEER_GONE_MS, RECONNECTING_MS } from './timing.ts';

const TURN = [{ urls: ['turn:turn.test'], username: 'later', credential: 'b' }];

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
  befriend(alice, bob);
});

/** Every relay dies, and with them every channel. */
const killRelays = () => {
  world.relay.stop();
  world.network.cut(alice.device, bob.device);
};

describe('with every relay dead', () => {
  test('the call goes on, and muting and hanging up arrive over its own path', async () => {
    await talk(alice, bob);
    killRelays();
    await world.pass(20_000);
    expect([alice.shows, bob.shows]).toEqual(['connected', 'connected']);
    alice.calls.setMuted(true);
    await until(() => peerNotice(bob, 'muted'), 'muted');
    bob.calls.hangUp();
    await alice.show('ended: hung-up-by-peer');
  });

  test('an ICE restart goes over what is left of the path', async () => {
    await talk(alice, bob);
    killRelays();
    await settled();
    alice.servers = TURN;
    alice.paths.last.report('broken');
    expect(alice.shows).toBe('reconnecting');
    await world.pass(1_000);
    expect(alice.shows).toBe('connected');
    expect(alice.paths.last.servers).toBe(TURN);
  });

  test('and the path broken it is given up after a minute, and says whose network is gone', async () => {
    await talk(alice, bob);
    killRelays();
    for (const { paths } of [alice, bob]) {
      paths.last.carries = false;
      paths.last.isolated = true;
    }
    const ends = world.clock.now() + RECONNECTING_MS;
    alice.paths.last.report('broken');
    expect(alice.breaks).toBe(1);
    const broken = (cause: string) => ({
      stage: 'reconnecting',
      broken: { cause, deadline: ends },
    });
    await world.pass(PEER_GONE_MS);
    expect(alice.calls.current).toMatchObject(broken('peer-network'));
    // The only relay may be what is gone, unless our own network has just changed.
    alice.network = 'unclear';
    alice.calls.reachabilityChanged();
    expect(alice.calls.current).toMatchObject(broken('unknown'));
    alice.calls.networkChanged();
    expect(alice.calls.current).toMatchObject(broken('own-network'));
    alice.network = 'down';
    alice.calls.reachabilityChanged();
    expect(alice.calls.current).toMatchObject(broken('own-network'));
    await world.pass(RECONNECTING_MS);
    expect(alice.shows).toBe('ended: own-network-lost');
  });
});

describe('a path that breaks', () => {
  test('while the peer is heard over a relay: nobody knows whose network it is', async () => {
    await talk(alice, bob);
    for (const { paths } of [alice, bob]) paths.last.isolated = true;
    alice.paths.last.report('broken');
    await world.pass(10_000);
    expect(alice.calls.current).toMatchObject({ broken: { cause: 'unknown' } });
    expect(alice.paths.opened).toHaveLength(1);
  });

  test('for good, while both are heard: one gives up, and tells the other no more than that', async () => {
    await talk(alice, bob);
    for (const { paths } of [alice, bob]) paths.last.isolated = true;
    for (const { paths } of [alice, bob]) paths.last.report('broken');
    await world.pass(RECONNECTING_MS);
    expect([alice.shows, bob.shows]).toEqual(['ended: connection-lost', 'ended: lost-by-peer']);
  });

  test('both sides move in turn, each time with another channel', async () => {
    await talk(alice, bob);
    for (const mover of [alice, bob, alice, bob]) {
      // The old connections of whoever moved are dead without a word.
      world.network.silence(alice.device, bob.device);
      for (const { paths } of [alice, bob]) paths.last.carries = false;
      for (const { paths } of [alice, bob]) paths.last.report('broken');
      await world.pass(500);
      mover.calls.networkChanged();
      await world.pass(1_000);
      expect([alice.shows, bob.shows]).toEqual(['connected', 'connected']);
    }
    expect([alice.records, bob.records]).toEqual([[], []]);
  });
});

describe('what comes over the path', () => {
  const say = (body: Parameters<typeof encodeCallFrame>[0]['body'], of = bob) => {
    const callId = of.calls.current?.id ?? NO_CALL;
    return encodeCallFrame({ callId, sequence: 0, acknowledged: 0, body });
  };

  test.each(['garbage', 'a RING', 'a flood'])('%s shuts it, and the call goes on', async (what) => {
    await talk(alice, bob);
    const { certificate } = alice;
    const late = { issued: 0, expires: 1, callee: new Uint8Array(32) };
    const frames = {
      garbage: [Uint8Array.of(1, 2, 3)],
      'a RING': [say({ type: 'ring', certificate, name: 'A', offer: 'fake-sdp 9 9', ...late })],
      'a flood': Array.from({ length: 300 }, () => say({ type: 'heartbeat' })),
    }[what];
    for (const frame of frames ?? []) bob.paths.last.receiveFrame(frame);
    await until(() => bob.warnings.includes('call path frames refused'), 'refused');
    bob.paths.last.receiveFrame(say({ type: 'hangup', reason: 'hung-up' }));
    await settled();
    expect([alice.shows, bob.shows]).toEqual(['connected', 'connected']);
  });

  test('nothing is taken before the certificate was compared, nor of another call', async () => {
    await ring(alice, bob);
    await until(() => bob.paths.opened.length === 1, 'a path');
    expect(bob.shows).toBe('incoming');
    const other = { callId: callIdOf(new Uint8Array(16).fill(7)), sequence: 0, acknowledged: 0 };
    bob.paths.last.receiveFrame(encodeCallFrame({ ...other, body: { type: 'cancel' } }));
    await settled();
    expect(bob.shows).toBe('incoming');
  });
});

describe('a relay that dies', () => {
  const moveToSpare = () => {
    for (const { device } of [alice, bob]) world.spare.reserve(device);
    world.relay.stop();
    world.network.closeChannels(alice.device, bob.device);
  };

  test('while it rings: it rings on through another, and is accepted', async () => {
    await ring(alice, bob);
    moveToSpare();
    await world.pass(5_000);
    expect([alice.shows, bob.shows]).toEqual(['ringing', 'incoming']);
    bob.calls.accept();
    await alice.show('connected');
  });

  test('silently, before the RING was heard: it rings through another', async () => {
    alice.microphones.behaviour = 'waits';
    await alice.call(bob);
    await alice.show('reaching');
    const open = () => world.network.channelsBetween(alice.device, bob.device).length > 0;
    await until(open, 'a channel');
    world.network.silence(alice.device, bob.device);
    world.spare.reserve(bob.device);
    alice.microphones.allow();
    await world.pass(4_000);
    expect([alice.shows, bob.shows]).toEqual(['ringing', 'incoming']);
  });

  test('for good while it rings: the deadline stands', async () => {
    await ring(alice, bob);
    killRelays();
    await world.pass(61_000);
    expect(alice.shows).toBe('ended: no-answer');
  });
});
