import { describe, expect, test } from 'vitest';
import { isAccepted, isLive } from './machine/state.ts';
import { CallSimulation } from '#lib/testing/call-simulation.ts';
import { times } from '#lib/testing/full-run.ts';

/** Seeds of the whole run, spread over a few tests so that a failure is found fast. */
const SEEDS = times(300, 3_200);
const GLARE_SEEDS = times(100, 800);
const BATCH = 100;
/** Only a machine that is busy with other things needs so long. */
const LONG = { timeout: 60_000 };

/** One random story: presses and faults for a while, then a healthy network, then everybody hangs up. */
function story(seed: number): CallSimulation {
  const world = new CallSimulation(seed, {
    names: ['A', 'B', 'C'],
    faults: true,
    friends: false,
  });
  for (let step = 0; step < 40; step += 1) {
    world.run(world.random.between(0, 4_000));
    if (world.random.chance(0.15)) world.breakAnything();
    else world.pressAnything();
  }
  world.faulty = false;
  for (const peer of world.peers) peer.alive = true;
  // Longer than anything may ring, connect or reconnect: what is left is connected.
  world.run(140_000);
  // A patient call goes on looking; whoever they look for may have blocked them.
  for (const peer of world.peers) {
    const { call } = peer;
    if (call && isLive(call) && call.patient && !isAccepted(call))
      peer.dispatch({ type: 'hang-up' });
  }
  world.run(1_000);
  for (const { key, call } of world.peers) {
    if (call && call.stage !== 'ended') expect(`${key} ${call.stage}`).toBe(`${key} connected`);
  }
  for (const id of world.live) {
    expect(world.live.filter((other) => other === id)).toHaveLength(2);
  }
  // One side of each call hangs up: that is enough.
  for (const id of new Set(world.live)) {
    const sides = world.peers.filter(({ call }) => call?.id === id);
    sides[world.random.chance(0.5) ? 0 : 1]?.dispatch({ type: 'hang-up' });
  }
  world.run(1_000);
  expect(world.live).toEqual([]);
  for (const { key, ledger } of world.peers) {
    for (const [id, lines] of ledger.records)
      expect(`${key} ${id} ${lines}`).toBe(`${key} ${id} 1`);
  }
  return world;
}

/** Both press Call within half a second of each other, over a bad network: one call comes of it. */
function glare(seed: number): void {
  const world = new CallSimulation(seed, {
    names: ['A', 'B'],
    faults: seed % 2 === 0,
    friends: true,
  });
  const [a, b] = world.peers as [(typeof world.peers)[0], (typeof world.peers)[0]];
  a.press(b.key);
  world.run(world.random.between(0, 500));
  b.press(a.key);
  world.run(3_000);
  world.faulty = false;
  world.run(25_000);
  // A search that failed on the bad network ended that side's call: then the other one rings, or both failed.
  const failed = a.ledger.endings.includes('not-found') || b.ledger.endings.includes('not-found');
  if (failed) return;
  expect([a.call?.stage, b.call?.stage]).toEqual(['connected', 'connected']);
  expect(a.call?.id).toBe(b.call?.id);
  a.dispatch({ type: 'hang-up' });
  world.run(1_000);
  expect([a.call?.stage, b.call?.stage]).toEqual(['ended', 'ended']);
  expect([[...a.ledger.records.values()], [...b.ledger.records.values()]]).toEqual([[1], [1]]);
}

function run(name: string, seed: number, play: (seed: number) => unknown): void {
  try {
    play(seed);
  } catch (cause) {
    throw new Error(`${name} with seed ${seed}`, { cause });
  }
}

describe('any story of three devices', () => {
  for (let from = 0; from < SEEDS; from += BATCH) {
    test(`seeds ${from} to ${from + BATCH - 1}`, LONG, () => {
      for (let seed = from; seed < from + BATCH; seed += 1) run('story', seed, story);
    });
  }

  test('they reach every ending that matters, so that they prove something', LONG, () => {
    const endings = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1) {
      for (const peer of story(seed).peers)
        for (const ending of peer.ledger.endings) endings.add(ending);
    }
    expect([...endings].sort()).toEqual(
      expect.arrayContaining([
        ...['busy', 'cancelled', 'cancelled-by-peer', 'declined', 'hung-up'],
        ...['lost-by-peer', 'hung-up-by-peer', 'no-answer', 'not-reachable', 'peer-microphone'],
      ]),
    );
  });
});

describe('both press Call', () => {
  test(`${GLARE_SEEDS} seeds`, LONG, () => {
    for (let seed = 0; seed < GLARE_SEEDS; seed += 1) run('glare', seed, glare);
  });
});
