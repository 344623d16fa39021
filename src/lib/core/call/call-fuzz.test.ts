import { describe, expect, test } from 'vitest';
import { CallSimulation, simulatedPerson } from '#lib/testing/call-simulation.ts';
import { FULL, times } from '#lib/testing/full-run.ts';

/** A full run has seeds that no run had before; the names of the tests say which. */
const FIRST = FULL ? Math.floor(Math.random() * 2 ** 31) : 0;
const STORIES = times(140, 1_500);
const GLARES = times(80, 800);
const SURVIVALS = times(80, 800);
/** Spread over a few tests, so that a failure is found fast. */
const BATCH = 50;
/** Only a machine that is busy with other things needs so long. */
const LONG = { timeout: 120_000 };

const people = await Promise.all(
  ['A', 'B', 'C'].map((name, number) => simulatedPerson(number + 1, name)),
);

/** One random story: presses and faults for a while, then a healthy network, then everybody hangs up. */
async function story(seed: number): Promise<CallSimulation> {
  const world = new CallSimulation(seed, { people, faults: true, friends: false });
  for (let step = 0; step < 40; step += 1) {
    await world.run(world.random.between(0, 4_000));
    if (world.random.chance(0.15)) world.breakAnything();
    else world.pressAnything();
  }
  world.faulty = false;
  for (const device of world.devices) device.begin();
  // Longer than anything may ring, connect or reconnect: what is left is connected.
  await world.run(140_000);
  // A patient call goes on looking; whoever they look for may have blocked them.
  for (const { live, calls } of world.devices) {
    const looks = live?.stage === 'finding' || live?.stage === 'reaching';
    if (live && live.stage !== 'incoming' && live.patient && (looks || live.stage === 'ringing'))
      calls.hangUp();
  }
  await world.run(1_000);
  for (const { person, live } of world.devices) {
    if (live) expect(`${person.name} ${live.stage}`).toBe(`${person.name} connected`);
  }
  for (const id of world.live) {
    expect(world.live.filter((other) => other === id)).toHaveLength(2);
  }
  // One side of each call hangs up: that is enough, and the path of the call is enough to say so.
  if (world.random.chance(0.5)) world.silenceChannels();
  for (const id of new Set(world.live)) {
    const sides = world.devices.filter(({ live }) => live?.id === id);
    sides[world.random.chance(0.5) ? 0 : 1]?.calls.hangUp();
  }
  await world.run(1_000);
  expect(world.live).toEqual([]);
  for (const { person, ledger } of world.devices) {
    for (const [id, lines] of ledger.records)
      expect(`${person.name} ${id} ${lines}`).toBe(`${person.name} ${id} 1`);
  }
  // Longer than a channel stays open that no call needs.
  await world.run(61_000);
  expect(world.leftOpen).toEqual([]);
  return world;
}

/** Both press Call within half a second of each other, over a bad network: one call comes of it. */
async function glare(seed: number): Promise<void> {
  const options = { people: people.slice(0, 2), faults: seed % 2 === 0, friends: true };
  const world = new CallSimulation(seed, options);
  const [a, b = a] = world.devices;
  a.call(b.person, false);
  await world.run(world.random.between(0, 500));
  b.call(a.person, false);
  await world.run(3_000);
  world.faulty = false;
  await world.run(25_000);
  // A search that failed on the bad network ended that side's call: then the other one rings, or both failed.
  const early = ['not-found', 'not-reachable'];
  if ([a, b].some(({ ledger }) => ledger.endings.some((ending) => early.includes(ending)))) return;
  expect([a.view?.stage, b.view?.stage]).toEqual(['connected', 'connected']);
  expect(a.view?.id).toBe(b.view?.id);
  a.calls.hangUp();
  await world.run(1_000);
  expect([a.view?.stage, b.view?.stage]).toEqual(['ended', 'ended']);
  expect([[...a.ledger.records.values()], [...b.ledger.records.values()]]).toEqual([[1], [1]]);
}

/** A call that is connected outlives a quarter of a minute in which everything breaks now and then. */
async function survival(seed: number): Promise<void> {
  const world = new CallSimulation(seed, {
    people: people.slice(0, 2),
    faults: false,
    friends: true,
  });
  const [a, b = a] = world.devices;
  a.call(b.person, false);
  // A microphone may take its time to open.
  await world.run(25_000);
  b.accept();
  await world.run(25_000);
  const id = a.live?.id;
  world.faulty = true;
  for (let times = 0; times < 5; times += 1) {
    world.breakAnything();
    if (world.random.chance(0.2)) a.calls.networkChanged();
    await world.run(world.random.between(0, 5_000));
  }
  world.faulty = false;
  await world.run(40_000);
  expect([a.live?.id, b.live?.id]).toEqual([id, id]);
  expect([a.live?.stage, b.live?.stage]).toEqual(['connected', 'connected']);
}

function batches(name: string, count: number, play: (seed: number) => Promise<void>): void {
  for (let from = FIRST; from < FIRST + count; from += BATCH) {
    const to = Math.min(from + BATCH, FIRST + count);
    test(`${name}: seeds ${from} to ${to - 1}`, LONG, async () => {
      for (let seed = from; seed < to; seed += 1) {
        await play(seed).catch((cause: unknown) => {
          throw new Error(`${name} with seed ${seed}`, { cause });
        });
      }
    });
  }
}

describe('any story of three devices', () => {
  const endings = new Set<string>();

  batches('a story', STORIES, async (seed) => {
    for (const { ledger } of (await story(seed)).devices)
      for (const ending of ledger.endings) endings.add(ending);
  });

  test('they reached every ending that matters, so that they prove something', () => {
    expect([...endings].sort()).toEqual(
      expect.arrayContaining([
        ...['busy', 'cancelled', 'cancelled-by-peer', 'declined', 'hung-up'],
        ...['lost-by-peer', 'hung-up-by-peer', 'no-answer', 'not-reachable', 'peer-microphone'],
      ]),
    );
  });
});

batches('both press Call', GLARES, glare);
batches('a connected call goes on', SURVIVALS, survival);
