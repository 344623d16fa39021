import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { bob, carol, mallory, R1, WatcherWorld } from '#lib/testing/watcher-world.ts';
import { ONLINE_MS, SEEN_MS } from './watcher-sighting.ts';

const DAY = 86_400_000;

let world: WatcherWorld;
beforeEach(() => void (world = new WatcherWorld()));
afterEach(() => world.end());

describe('there', () => {
  test('online by a record, with where they are told, and said once', async () => {
    await world.watching();
    const before = world.changes;
    world.watch.publish(await bob.record({ issued: world.clock.now() }));
    await world.news('online');
    expect(world.changes).toBe(before + 1);
    expect(world.learned).toEqual([{ person: bob.key, relays: [R1] }]);
    expect(world.there).toEqual([[bob.key, world.clock.now()]]);
    const [shown, now] = [world.of(), world.clock.now()];
    await world.clock.advance(1_000);
    world.watch.publish(await bob.record({ issued: now + 1_000 }));
    await until(() => world.learned.length === 2);
    await settled();
    expect(world.of()).toBe(shown);
    expect(world.changes).toBe(before + 1);
  });

  test('what a relay had before is told when it is asked', async () => {
    world.watch.publish(await bob.record({ issued: world.clock.now() - 60_000 }));
    world.start();
    await world.news('online');
    expect(world.there).toEqual([[bob.key, world.clock.now() - 60_000]]);
    expect(world.of(carol)).toEqual({ state: 'unknown' });
    await world.clock.advance(3_000);
    expect(world.of(carol)).toEqual({ state: 'unreachable' });
  });

  test('goodbye is seen now, then lately, then unreachable', async () => {
    await world.watching();
    world.watch.publish(await bob.record({ issued: world.clock.now() }));
    await world.news('online');
    await world.clock.advance(5_000);
    world.watch.publish(await bob.record({ issued: world.clock.now(), relays: [] }));
    await world.news('seen');
    expect(world.of()).toEqual({ state: 'seen', at: world.clock.now() });
    await world.clock.advance(SEEN_MS);
    expect(world.of()).toEqual({ state: 'unreachable' });
  });

  test('a relay says that they have left', async () => {
    await world.watching();
    const record = await bob.record({ issued: world.clock.now() });
    world.watch.publish(record);
    await world.news('online');
    await world.clock.advance(7_000);
    world.watch.push({ records: [], left: [record.tag] });
    await world.news('seen');
    expect(world.of()).toEqual({ state: 'seen', at: world.clock.now() });
    expect(world.there.at(-1)).toEqual([bob.key, world.clock.now()]);
  });

  test('who says nothing any more is there no longer', async () => {
    await world.watching();
    const when = world.clock.now();
    world.watch.publish(await bob.record({ issued: when }));
    await world.news('online');
    await world.clock.advance(ONLINE_MS);
    expect(world.of()).toEqual({ state: 'seen', at: when });
  });

  test('who does not want to be seen is found, and not shown', async () => {
    await world.watching();
    world.watch.publish(await bob.record({ issued: world.clock.now(), hidden: true }));
    await world.news('unknown');
    expect(world.learned).toHaveLength(1);
    expect(world.there).toEqual([]);
  });
});

describe('forged, replayed, older', () => {
  test('none of it is taken for somebody', async () => {
    await world.watching();
    const old = await bob.record({ issued: world.clock.now() });
    await world.clock.advance(1_000);
    const newest = await bob.record({ issued: world.clock.now(), relays: [] });
    world.watch.publish(newest);
    await world.news('seen');
    const now = world.clock.now();
    const foreign = await mallory.record({ issued: now });
    const changed = {
      ...newest,
      sealed: newest.sealed.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    };
    const late = await bob.record({ issued: now - PRESENCE_TTL_MS - 1, sequence: now + 1 });
    const bad = [old, { ...foreign, tag: newest.tag }, changed, late, newest, foreign];
    world.watch.push({ records: bad, left: [] });
    await world.allLookedAt();
    expect(world.of()).toEqual({ state: 'seen', at: now });
    expect(world.learned.map(({ person }) => person)).toEqual([bob.key, carol.key]);
  });

  test('a device list older than one accepted before', async () => {
    await world.watching();
    world.epoch = 4;
    world.watch.publish(await bob.record({ issued: world.clock.now(), epoch: 3 }));
    world.epoch = 4;
    const current = await carol.record({ issued: world.clock.now(), epoch: 4 });
    world.watch.push({ records: [current], left: [] });
    await world.news('online', carol);
    expect(world.of()).toEqual({ state: 'unreachable' });
  });

  test('a flood of forgeries costs so much a minute and no more, and nobody else anything', async () => {
    await world.watching();
    const { tag } = await bob.record({ issued: world.clock.now() });
    const forged = await mallory.record({ issued: world.clock.now() });
    for (let sent = 0; sent < 20; sent += 1) {
      const records = Array.from({ length: 8 }, () => ({ ...forged, tag }));
      world.watch.push({ records, left: [] });
    }
    world.watch.push({ records: [await bob.record({ issued: world.clock.now() })], left: [] });
    await world.allLookedAt();
    expect(world.of()).toEqual({ state: 'unreachable' });
    await world.clock.advance(60_000);
    world.watch.push({ records: [await bob.record({ issued: world.clock.now() })], left: [] });
    await world.news('online');
  });
});

test('what stopped asks nobody and says nothing', async () => {
  await world.watching();
  const before = world.changes;
  await world.scope.stop();
  await until(() => world.watch.open === 0);
  world.watch.publish(await bob.record({ issued: world.clock.now() }));
  world.people();
  world.reservedChanged();
  await world.clock.advance(DAY);
  expect([world.changes, world.watch.opened]).toEqual([before, 1]);
});
