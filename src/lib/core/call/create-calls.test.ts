import { beforeEach, describe, expect, test } from 'vitest';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { befriend, CallWorld, ring, talk } from '#lib/testing/call-people.ts';
import type { CallPerson } from '#lib/testing/call-people.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { CALL_FRAMES } from './ways/call-frames.ts';
import { RINGING_MS } from './timing.ts';

let world: CallWorld;
let alice: CallPerson;
let bob: CallPerson;

beforeEach(async () => {
  world = new CallWorld();
  alice = await world.person(1, 'Alice');
  bob = await world.person(2, 'Bob');
});

describe('a call', () => {
  test.each([true, false])('from press to hang-up, contacts: %s', async (friends) => {
    if (friends) befriend(alice, bob);
    const result = await alice.call(bob);
    expect(result.ok).toBe(true);
    expect(alice.shows).toBe('finding');
    await bob.show('incoming');
    await alice.show('ringing');
    expect(bob.calls.current).toMatchObject({
      peer: { key: alice.key, name: 'Alice', trust: friends ? 'contact' : 'stranger' },
      acceptShowsAddress: !friends,
    });
    expect([...bob.attention.announced]).toEqual([
      { name: 'Alice', stranger: !friends, key: alice.key },
    ]);
    expect([...bob.attention.playing]).toEqual(['ring']);
    expect([...alice.attention.playing]).toEqual(['ringback']);
    expect(bob.microphones.opened).toEqual([]);
    expect(alice.paths.last.sending).toBeUndefined();
    expect(bob.paths.opened.length).toBe(friends ? 1 : 0);
    bob.calls.accept();
    await alice.show('connected');
    await bob.show('connected');
    for (const { paths, microphones, attention } of [alice, bob]) {
      expect(paths.last.sending).toBe(microphones.opened[0]);
      expect(paths.last.playing).toBe(true);
      expect(attention.awake).toBe(1);
      expect(attention.announced.size).toBe(0);
      expect(attention.played.at(-1)).toBe('connected');
    }
    expect(alice.calls.levels()).toEqual({ own: 0.5, peer: 0.5 });
    await world.pass(5_000);
    bob.calls.hangUp();
    expect(bob.shows).toBe('ended: hung-up');
    await alice.show('ended: hung-up-by-peer');
    for (const { paths, microphones, attention, records } of [alice, bob]) {
      expect(paths.opened.every(({ closed }) => closed)).toBe(true);
      expect(microphones.recording).toBe(0);
      expect(attention.awake).toBe(0);
      expect(records).toHaveLength(1);
      expect(records[0]?.ended).toBe((records[0]?.connected ?? 0) + 5_000);
    }
    await world.pass(CALL_FRAMES.channels.idleMs);
    expect(alice.shows).toBe('ended: hung-up-by-peer');
    alice.calls.dismiss();
    expect(alice.calls.current).toBeUndefined();
  });

  test('tells watchers of every change of the screen, and of nothing else', async () => {
    befriend(alice, bob);
    const seen: string[] = [];
    alice.calls.watch(() => seen.push(alice.shows));
    await talk(alice, bob);
    await world.pass(20_000);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(['finding', 'reaching', 'ringing', 'connected']);
  });

  test('is declined, with a note', async () => {
    await ring(alice, bob);
    bob.calls.decline('  later ');
    await alice.show('ended: declined-by-peer');
    expect(alice.calls.current).toMatchObject({ note: 'later' });
    expect(bob.records).toMatchObject([{ reason: 'declined', missed: false }]);
  });

  test('is cancelled while it rings', async () => {
    await ring(alice, bob);
    alice.calls.hangUp();
    await bob.show('ended: cancelled-by-peer');
    expect(bob.records).toMatchObject([{ missed: true, seen: false, direction: 'incoming' }]);
    expect(alice.records).toMatchObject([{ reason: 'cancelled', missed: false }]);
    expect(bob.attention.playing.size).toBe(0);
  });

  test('is not answered', async () => {
    await ring(alice, bob);
    await world.pass(RINGING_MS);
    expect(alice.shows).toBe('ended: no-answer');
    expect(bob.records).toMatchObject([{ missed: true }]);
  });

  test('finds a busy contact, who has a missed call; a stranger hears nothing', async () => {
    const carol = await world.person(3, 'Carol');
    const dave = await world.person(4, 'Dave');
    befriend(alice, bob);
    befriend(bob, carol);
    await talk(alice, bob);
    await carol.call(bob);
    await carol.show('ended: busy');
    await dave.call(bob);
    await until(() => bob.records.length === 2, 'a second missed call');
    await world.pass(RINGING_MS + 1_000);
    expect(dave.shows).toBe('ended: not-reachable');
    expect(bob.heard(dave)).not.toEqual([]);
    expect(dave.heard(bob)).toEqual([]);
    expect(bob.records).toMatchObject([
      { peer: carol.key, reason: 'busy', missed: true },
      { peer: dave.key, reason: 'busy', missed: true },
    ]);
    expect([alice.shows, bob.shows]).toEqual(['connected', 'connected']);
  });

  test('of both at once becomes one call', async () => {
    befriend(alice, bob);
    await Promise.all([alice.call(bob), bob.call(alice)]);
    await alice.show('connected');
    await bob.show('connected');
    expect(alice.calls.current?.id).toBe(bob.calls.current?.id);
    expect(alice.microphones.recording).toBe(1);
    alice.calls.hangUp();
    await bob.show('ended: hung-up-by-peer');
    expect([alice.records.length, bob.records.length]).toEqual([1, 1]);
    expect(alice.attention.played).not.toContain('ring');
  });

  test('to oneself or to somebody blocked is refused', async () => {
    expect(await alice.call(alice)).toEqual({ ok: false, problem: 'own-key' });
    alice.knows(bob, 'blocked');
    expect(await alice.call(bob)).toEqual({ ok: false, problem: 'blocked' });
    expect(alice.calls.current).toBeUndefined();
  });

  test('leaves another live call alone', async () => {
    befriend(alice, bob);
    const carol = await world.person(3, 'Carol');
    await talk(alice, bob);
    const { id } = alice.calls.current ?? {};
    expect(await alice.call(carol)).toEqual({ ok: true, value: id });
    expect(alice.shows).toBe('connected');
  });
});

describe('finding', () => {
  test.each(['not-found', 'not-reachable', 'offline'] as const)('%s', async (reason) => {
    alice.unreachable = reason;
    await alice.call(bob);
    await alice.show(`ended: ${reason}`);
    expect(alice.microphones.recording).toBe(0);
  });

  test('a found device that cannot be reached', async () => {
    world.relay.release(bob.device);
    await alice.call(bob);
    await alice.show('ended: not-reachable');
  });

  test('what comes after the end is thrown away', async () => {
    alice.microphones.behaviour = 'waits';
    await alice.call(bob);
    await alice.show('reaching');
    alice.calls.hangUp();
    alice.microphones.allow();
    await settled();
    expect(alice.shows).toBe('ended: cancelled');
    expect(alice.microphones.recording).toBe(0);
    expect(bob.heard(alice).some(({ type }) => type === 'ring')).toBe(false);
  });
});

test.each([-1, 1])('a clock that is ten minutes wrong rings and is rung: %s', async (sign) => {
  alice.clockAhead = sign * 600_000;
  for (const [caller, callee] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    await ring(caller, callee);
    caller.calls.hangUp();
    await callee.show('ended: cancelled-by-peer');
    callee.calls.dismiss();
    caller.calls.dismiss();
  }
  // By the clock of the device that shows it.
  expect(
    alice.records.every(({ started }) => started <= world.clock.now() + alice.clockAhead),
  ).toBe(true);
});

test.each([-1, 1])('who was told wrongly that their clock is wrong is rung: %s', async (sign) => {
  bob.clockToldAhead = sign * 600_000;
  await ring(alice, bob);
});

describe('making the path of a call that rings', () => {
  let painted: (() => void)[];
  beforeEach(() => {
    painted = [];
    bob.afterPaint = (run) => void painted.push(run);
    befriend(alice, bob);
  });

  test('waits until it is seen to ring, and so does an Accept', async () => {
    await ring(alice, bob);
    expect(bob.attention.playing).toEqual(new Set(['ring']));
    bob.calls.accept();
    await settled();
    expect(bob.paths.opened).toEqual([]);
    for (const run of painted) run();
    await alice.show('connected');
  });

  test('comes to nothing after the end', async () => {
    await ring(alice, bob);
    alice.calls.hangUp();
    await bob.show('ended: cancelled-by-peer');
    for (const run of painted) run();
    await settled();
    expect(bob.paths.opened).toEqual([]);
  });
});

describe('leaving the page', () => {
  test('hangs up at once', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.leave();
    await bob.show('ended: hung-up-by-peer');
  });

  test('cancels, or declines, and leaves nothing behind', async () => {
    await ring(alice, bob);
    bob.leave();
    await alice.show('ended: no-answer');
    expect(bob.attention.playing.size).toBe(0);
    alice.leave();
    await settled();
    expect(world.clock.waiting).toBe(0);
    const channel = await alice.node
      .open(bob.device, CALL_PROTOCOL, [], { signal: new AbortController().signal })
      .catch(() => 0);
    expect(channel).toBe(0);
  });
});
