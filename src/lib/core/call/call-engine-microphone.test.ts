import { beforeEach, describe, expect, test } from 'vitest';
import { befriend, CallWorld, isMutedThere, ring, talk } from '#lib/testing/call-people.ts';
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
    await until(() => isMutedThere(bob), 'muted');
    expect(alice.microphones.opened[0]?.muted).toBe(true);
    expect(alice.calls.levels().own).toBe(0);
    alice.calls.setMuted(false);
    await until(() => !isMutedThere(bob), 'unmuted');
    expect(alice.microphones.opened[0]?.muted).toBe(false);
  });

  test('is lost and opened again', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.microphones.opened[0]?.lose();
    expect(alice.calls.current).toMatchObject({ stage: 'connected', microphoneLost: true });
    expect(alice.paths.last.sending).toBeUndefined();
    alice.calls.reopenMicrophone();
    await until(() => alice.paths.last.sending === alice.microphones.opened[1], 'sound again');
    expect(alice.calls.current).toMatchObject({ microphoneLost: false });
  });

  test('is changed in a call', async () => {
    befriend(alice, bob);
    await talk(alice, bob);
    alice.settings = { ...alice.settings, microphone: 'headset', speaker: 'headset' };
    alice.calls.devicesChosen();
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
    alice.calls.devicesChosen();
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
    alice.calls.devicesChosen();
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
    alice.calls.devicesChosen();
    await settled();
    expect(opened()).toEqual([[undefined, false]]);
    expect(alice.paths.last.sending).toBe(alice.microphones.opened[0]);
    expect(alice.calls.current).toMatchObject({ stage: 'connected', microphoneLost: false });
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
    expect(alice.calls.current).toMatchObject({ microphoneLost: false, muted: true });
    expect(alice.microphones.opened[1]?.muted).toBe(true);
  });
});
