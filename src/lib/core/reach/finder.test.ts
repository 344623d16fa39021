import { beforeEach, describe, expect, test } from 'vitest';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { settled } from '#lib/testing/fake-clock.ts';
import { at, DAY, never, NOON, personAtNoon, PresenceWorld } from '#lib/testing/presence-world.ts';
import type { PersonRecord } from './person-records.ts';

const bob = await personAtNoon(2);
const mallory = await personAtNoon(4);

let world: PresenceWorld;
beforeEach(() => void (world = new PresenceWorld()));

test('a person is found by key alone, with devices and relays', async () => {
  world.relays.set(at('R1'), [await bob.record({ relays: [at('R1'), at('R7')] })]);
  const found = await world.find(bob.key);
  expect(found).toMatchObject({ devices: [bob.device], relays: [at('R1'), at('R7')] });
  expect(world.seen).toHaveLength(1);
});

test('the highest sequence of all relays wins', async () => {
  world.relays.set(at('R1'), [await bob.record({ sequence: 5, relays: [at('new')] })]);
  world.relays.set(at('R2'), [await bob.record({ sequence: 4, relays: [at('old')] })]);
  expect((await world.find(bob.key))?.relays).toEqual([at('new')]);
});

test('forged, foreign and expired records are passed over', async () => {
  const genuine = await bob.record({ relays: [at('true')] });
  const foreign = await mallory.record({ sequence: 99 });
  world.relays.set(at('R1'), [
    { ...foreign, tag: genuine.tag },
    { ...genuine, sealed: genuine.sealed.map((byte, place) => (place === 40 ? byte ^ 1 : byte)) },
    await bob.record({ sequence: 98, issued: NOON - PRESENCE_TTL_MS - 1 }),
    genuine,
  ]);
  expect((await world.find(bob.key))?.relays).toEqual([at('true')]);
});

test('an older record played back later is not believed', async () => {
  const [older, newer] = [
    await bob.record({ sequence: 4, relays: [at('old')] }),
    await bob.record({ sequence: 5, relays: [at('new')] }),
  ];
  const finder = world.finder();
  const seen: (readonly string[])[] = [];
  for (const records of [[newer], [older], [newer]]) {
    world.relays.set(at('R1'), records);
    await finder.lookup(bob.key, [at('R1')], never, ({ relays }) => seen.push(relays));
  }
  expect(seen).toEqual([[at('new')], [at('new')]]);
  expect(finder.cached(bob.key)).toMatchObject([{ relays: [at('new')] }]);
});

test('what a record names besides relays is left out', async () => {
  const relays = ['/ip4/10.0.0.1/tcp/22', 'javascript:alert(1)', at('R1')];
  world.relays.set(at('R1'), [await bob.record({ relays })]);
  expect((await world.find(bob.key))?.relays).toEqual([at('R1')]);
});

test('a device list older than one accepted before is refused', async () => {
  world.relays.set(at('R1'), [await bob.record({ epoch: 3 })]);
  world.epochs.set(bob.key, 4);
  expect(await world.find(bob.key)).toBeUndefined();
});

test('a record of just before midnight is found just after it', async () => {
  const midnight = 20_001 * DAY;
  world.relays.set(at('R1'), [await bob.record({ issued: midnight - 60_000 })]);
  world.now = midnight + 60_000;
  expect(await world.find(bob.key)).toBeDefined();
});

test('a relay that says nothing does not keep the others from being heard', async () => {
  world.relays.set(at('R1'), [await bob.record()]);
  world.silent.add(at('R0'));
  let found: PersonRecord | undefined;
  const looking = world
    .finder()
    .lookup(bob.key, [at('R0'), at('R1')], never, (presence) => (found = presence));
  await settled();
  expect(found).toBeDefined();
  world.advance(5_000);
  expect(await looking).toBe(true);
});

test('tells when no relay answered at all', async () => {
  const answered = await world.finder().lookup(bob.key, [at('dead')], never, () => undefined);
  expect(answered).toBe(false);
});

describe('a person with two devices', () => {
  const atHome = { withTablet: true, from: bob.tablet, relays: [at('home')] } as const;
  const outside = { withTablet: true, from: bob.device, relays: [at('out')] } as const;
  const wherever = async (...parts: Parameters<typeof bob.record>[0][]) => {
    const finder = world.finder();
    for (const part of parts) {
      world.relays.set(at('R1'), [await bob.record(part)]);
      await finder.lookup(bob.key, [at('R1')], never, () => undefined);
    }
    return finder.cached(bob.key).map(({ device, relays }) => [device, relays[0]]);
  };

  test('is found on both, whichever said it last', async () => {
    world.relays.set(at('R1'), [
      await bob.record({ ...atHome, sequence: 7 }),
      await bob.record({ ...outside, sequence: 3 }),
    ]);
    const finder = world.finder();
    const seen: (readonly string[])[] = [];
    await finder.lookup(bob.key, [at('R1')], never, ({ relays }) => seen.push(relays));
    expect(seen).toEqual([[at('home')], [at('out')]]);
    expect(finder.cached(bob.key)).toMatchObject([
      { device: bob.device, devices: [bob.device, bob.tablet] },
      { device: bob.tablet, devices: [bob.device, bob.tablet] },
    ]);
  });

  test('each of which takes the place of its own records only', async () => {
    expect(
      await wherever(
        { ...atHome, sequence: 7 },
        { ...outside, sequence: 3 },
        { ...atHome, sequence: 6 },
        { ...outside, sequence: 4, relays: [at('train')] },
      ),
    ).toEqual([
      [bob.device, at('train')],
      [bob.tablet, at('home')],
    ]);
  });

  test('whose app is older names none: then there is one device, and the newest record of all', async () => {
    const old = { relays: [at('old')] };
    expect(await wherever({ ...atHome, sequence: 7 }, { ...old, sequence: 6 })).toEqual([
      [bob.tablet, at('home')],
    ]);
    expect(
      await wherever(
        { ...atHome, sequence: 7 },
        { ...outside, sequence: 8 },
        { ...old, sequence: 9 },
      ),
    ).toEqual([[undefined, at('old')]]);
    expect(await wherever({ ...old, sequence: 9 }, { ...outside, sequence: 10 })).toEqual([
      [bob.device, at('out')],
    ]);
  });

  test('is no longer at one that a newer list leaves out, whatever that one says', async () => {
    const alone = { from: bob.device, relays: [at('out')], sequence: 3, epoch: 2 };
    const left = [[bob.device, at('out')]];
    expect(await wherever({ ...atHome, sequence: 7 }, alone)).toEqual(left);
    expect(await wherever(alone, { ...atHome, sequence: 7 })).toEqual(left);
    world.relays.set(at('R1'), [await bob.record(alone), await bob.record(atHome)]);
    const finder = world.finder();
    await finder.lookup(bob.key, [at('R1')], never, () => undefined);
    expect(finder.cached(bob.key)).toHaveLength(1);
  });

  test('is at no device that is not in the list', async () => {
    expect(await wherever({ from: bob.tablet, relays: [at('home')] })).toEqual([]);
  });
});
