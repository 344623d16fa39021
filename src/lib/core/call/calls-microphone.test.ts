import { beforeEach, describe, expect, test } from 'vitest';
import {
  befriend,
  CallWorld,
  ring,
  talk,
  ownNotice,
  peerNotice,
} from '#lib/testing/call-people.ts';
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

describe('the microphone', () => {
  test.each(['refused', 'missing', 'failed'] as const)('of the caller: %s', async (problem) => {
    alice.microphones.behaviour = problem;
    await alice.call(bob);
    await alice.show(`ended: microphone-${problem}`);
    await settled();
    expect(bob.shows).toBe('nothing');
  });

  test.each(['refused', 'missing', 'failed'] as const)('of the callee: %s', async (problem) => {
    bob.microphones.behaviour = problem;
    await ring(alice, bob);
    bob.calls.accept();
    await bob.show(`ended: microphone-${problem}`);
    await alice.show('ended: peer-microphone');
  });

  test('mutes, and the other side sees it', async () => {
    befriend(alice, bob);
    await ring(alice, bob);
    alice.calls.setMuted(true);
    bob.calls.accept();
    await alice.show('connected');
    await until(() => peerNotice(bob, 'muted'), 'muted');
    expect(alice.microphones.opened[0]?.muted).toBe(true);
    expect(alice.calls.levels().own).toBe(0);
    alice.calls.setMuted(false);
    await until(() => !peerNotice(bob, 'muted'), 'unmuted');
    expect(alice.microphones.opened[0]?.muted).toBe(false);
  });

  test('is lost and opened again', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.opened[0]?.lose();
    expect(alice.calls.current).toMatchObject({
      stage: 'connected',
      notices: [{ is: 'microphone-lost' }],
    });
    expect(alice.paths.last.sending).toBeUndefined();
    alice.calls.reopenMicrophone();
    await until(() => alice.paths.last.sending === alice.microphones.opened[1], 'sound again');
    expect(alice.calls.current).toMatchObject({ notices: [] });
  });

  test('stands in for a chosen one that is busy, and that is said until the chosen one is back', async () => {
    befriend(alice, bob);
    alice.settings = { ...alice.settings, microphone: 'headset' };
    alice.microphones.busy.add('headset');
    await talk(alice, bob);
    expect(alice.calls.current).toMatchObject({
      notices: [{ is: 'microphone-instead', name: 'Spare microphone' }],
    });
    expect(bob.calls.current).toMatchObject({ notices: [] });
    alice.microphones.busy.clear();
    alice.microphones.opened[0]?.lose();
    expect(alice.calls.current).toMatchObject({ notices: [{ is: 'microphone-lost' }] });
    alice.calls.reopenMicrophone();
    await until(() => alice.paths.last.sending === alice.microphones.opened[1], 'sound again');
    expect(alice.calls.current).toMatchObject({ notices: [] });
  });

  test('is changed in a call', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.settings = { ...alice.settings, microphone: 'headset', speaker: 'headset' };
    alice.calls.settingsChanged();
    await until(() => alice.microphones.opened.length === 2, 'another microphone');
    await settled();
    expect(alice.paths.last.sending).toBe(alice.microphones.opened[1]);
    expect(alice.microphones.opened.map(({ id, closed }) => [id, closed])).toEqual([
      [undefined, true],
      ['headset', false],
    ]);
    expect(alice.paths.last.speaker).toBe('headset');
  });

  const choose = (microphone: string) => {
    alice.settings = { ...alice.settings, microphone };
    alice.calls.settingsChanged();
  };
  const opened = () => alice.microphones.opened.map(({ id, closed }) => [id, closed]);

  test('is left alone by every other setting', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    const { setSpeaker } = alice.paths.last;
    let speakers = 0;
    alice.paths.last.setSpeaker = (id) => {
      speakers += 1;
      setSpeaker.call(alice.paths.last, id);
    };
    alice.settings = { ...alice.settings, ringVolume: 0.1 };
    alice.calls.settingsChanged();
    await settled();
    expect(opened()).toEqual([[undefined, false]]);
    expect(speakers).toBe(0);
  });

  test('is not lost where the one chosen does not open, and that one is not tried for ever', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.behaviour = 'missing';
    choose('headset');
    await settled();
    alice.microphones.behaviour = 'opens';
    alice.calls.settingsChanged();
    await settled();
    expect(opened()).toEqual([[undefined, false]]);
    expect(alice.paths.last.sending).toBe(alice.microphones.opened[0]);
    expect(alice.calls.current).toMatchObject({ stage: 'connected', notices: [] });
  });

  test('is changed one at a time, and the last choice wins', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.behaviour = 'waits';
    for (const choice of ['a', 'b', 'c']) choose(choice);
    await settled();
    alice.microphones.allow();
    await until(() => alice.paths.last.sending === alice.microphones.opened.at(-1), 'sound');
    await settled();
    expect(opened()).toEqual([
      [undefined, true],
      ['a', true],
      ['c', false],
    ]);
    expect(alice.microphones.mostOpening).toBe(1);
  });

  test('is the one chosen while the first was still opening', async () => {
    alice.microphones.behaviour = 'waits';
    await alice.call(bob);
    choose('headset');
    await settled();
    alice.microphones.allow();
    await bob.show('incoming');
    expect(opened()).toEqual([
      [undefined, true],
      ['headset', false],
    ]);
    expect(alice.microphones.mostOpening).toBe(1);
  });

  test('that was lost is replaced by choosing another', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.calls.setMuted(true);
    alice.microphones.opened[0]?.lose();
    choose('headset');
    await until(() => alice.paths.last.sending === alice.microphones.opened[1], 'sound again');
    expect(alice.calls.current).toMatchObject({ notices: [], muted: true });
    expect(alice.microphones.opened[1]?.muted).toBe(true);
  });

  test('that was lost is opened again by itself, a few times, and then when a device comes', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.behaviour = 'missing';
    alice.microphones.opened[0]?.lose();
    await until(() => peerNotice(bob, 'microphone-lost'), 'the peer is told');
    expect(bob.paths.last.expected).toEqual({ sending: false, muted: false });
    await world.pass(30_000);
    expect(ownNotice(alice, 'microphone-lost')).toBe(true);
    alice.microphones.behaviour = 'opens';
    await world.pass(30_000);
    expect(opened()).toHaveLength(1);
    alice.microphones.change([]);
    await until(() => !peerNotice(bob, 'microphone-lost'), 'the peer is told again');
    expect(alice.paths.last.sending).toBe(alice.microphones.opened[1]);
    expect(bob.paths.last.expected).toEqual({ sending: true, muted: false });
  });

  test('that was lost for a moment is back without a tap', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.opened[0]?.lose();
    await world.pass(2_000);
    expect(ownNotice(alice, 'microphone-lost')).toBe(false);
    expect(alice.paths.last.sending).toBe(alice.microphones.opened[1]);
  });

  test('that the system takes for a while is said, and comes back by itself', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.opened[0]?.systemMute(true);
    expect(ownNotice(alice, 'microphone-lost')).toBe(true);
    await until(() => peerNotice(bob, 'microphone-lost'), 'the peer is told');
    alice.microphones.opened[0]?.systemMute(false);
    expect(ownNotice(alice, 'microphone-lost')).toBe(false);
    await until(() => !peerNotice(bob, 'microphone-lost'), 'the peer is told again');
    expect(opened()).toHaveLength(1);
  });

  test.each(['a tap', 'coming back to the page'])(
    'that the system took and does not say that it gives back: %s opens another',
    async (way) => {
      befriend(alice, bob);
      await talk(alice, bob);
      alice.microphones.opened[0]?.systemMute(true);
      await until(() => peerNotice(bob, 'microphone-lost'), 'the peer is told');
      if (way === 'a tap') alice.calls.reopenMicrophone();
      else alice.calls.woke();
      await until(() => !peerNotice(bob, 'microphone-lost'), 'the peer is told again');
      expect(ownNotice(alice, 'microphone-lost')).toBe(false);
      expect(opened()).toEqual([
        [undefined, true],
        [undefined, false],
      ]);
      expect(alice.paths.last.sending).toBe(alice.microphones.opened[1]);
    },
  );

  test('that is lost while another one is opened for it, in vain, is asked for again', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.opened[0]?.systemMute(true);
    alice.microphones.behaviour = 'waits';
    alice.calls.reopenMicrophone();
    alice.microphones.opened[0]?.lose();
    // It is tried again by itself, while the first attempt is still under way.
    await world.pass(2_000);
    alice.microphones.deny('failed');
    await world.pass(100);
    alice.microphones.behaviour = 'opens';
    await world.pass(10_000);
    expect(ownNotice(alice, 'microphone-lost')).toBe(false);
    expect(alice.paths.last.sending).toBe(alice.microphones.opened[1]);
  });

  test('of a peer that nothing is heard of is opened anew, once', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    for (let times = 0; times < 3; times += 1) {
      bob.paths.last.hear('silent');
      await until(() => peerNotice(alice, 'unheard'), 'unheard');
      bob.paths.last.hear('heard');
      await until(() => !peerNotice(alice, 'unheard'), 'heard');
    }
    expect(opened()).toEqual([
      [undefined, true],
      [undefined, false],
    ]);
    expect(alice.paths.last.sending).toBe(alice.microphones.opened[1]);
  });

  test('of a peer who is muted is not expected to be heard', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.calls.setMuted(true);
    await until(() => peerNotice(bob, 'muted'), 'muted');
    bob.paths.last.hear('silent');
    expect(peerNotice(bob, 'silent')).toBe(false);
    expect(bob.paths.last.expected).toEqual({ sending: true, muted: true });
    alice.calls.setMuted(false);
    await until(() => peerNotice(bob, 'silent'), 'silent');
  });

  test('a phone in the background is told of, whenever it went there', async () => {
    befriend(alice, bob);
    alice.calls.setBackground(true);
    await talk(alice, bob);
    await until(() => peerNotice(bob, 'background'), 'in the background');
    alice.calls.setBackground(false);
    await until(() => !peerNotice(bob, 'background'), 'back');
  });

  test('the data saver holds from the start and when it is chosen, and no packets are no break', async () => {
    befriend(alice, bob);
    alice.settings = { ...alice.settings, dataSaver: true };
    await talk(alice, bob);
    expect([alice.paths.last.dataSaver, bob.paths.last.dataSaver]).toEqual([true, false]);
    alice.paths.last.becomeSparse(true);
    await until(() => bob.paths.last.expected?.sending === false, 'sparse');
    alice.settings = { ...alice.settings, dataSaver: false };
    alice.calls.settingsChanged();
    expect(alice.paths.last.dataSaver).toBe(false);
  });
});
