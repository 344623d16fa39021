import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '#lib/testing/fake-clock.ts';
import { MemoryWatch } from '#lib/testing/memory-watch.ts';
import { bob, carol, mallory, R1, R2, WatcherWorld } from '#lib/testing/watcher-world.ts';

let world: WatcherWorld;
beforeEach(() => void (world = new WatcherWorld()));
afterEach(() => world.end());

describe('streams', () => {
  test('one to each relay with a reservation; without any nothing is known', async () => {
    const second = new MemoryWatch(world.network.relay(R2));
    await world.watching();
    expect(world.of()).toEqual({ state: 'unreachable' });
    world.reserved = [R2];
    world.reservedChanged();
    await until(() => second.requests.length === 1 && world.watch.open === 0);
    world.reserved = [];
    world.reservedChanged();
    expect(world.of()).toEqual({ state: 'unknown' });
    await until(() => second.open === 0);
  });

  test('open again after a loss, later each time one does not last', async () => {
    await world.watching();
    await world.clock.advance(30_000);
    world.watch.refuses = true;
    world.watch.close();
    await world.news('unknown');
    await world.clock.advance(60_000);
    expect(world.watch.opened).toBeGreaterThan(3);
    expect(world.watch.opened).toBeLessThan(12);
    world.watch.refuses = false;
    await world.clock.advance(180_000);
    expect(world.watch.open).toBe(1);
    expect(world.of()).toEqual({ state: 'unreachable' });
  });

  test('a relay that serves no watches, or that freezes, is asked again later', async () => {
    world.relay.frozen = true;
    world.start();
    await world.clock.advance(60_000);
    expect(world.of()).toEqual({ state: 'unknown' });
    world.relay.start();
    await world.clock.advance(180_000);
    // However long a thread of its own took to work out the tags.
    await until(() => world.watch.requests.length > 0, 'a request');
    await world.clock.advance(20_000);
    expect(world.of()).toEqual({ state: 'unreachable' });
  });

  test.each([0, 1])(
    'the other relay knows that they are there when one says that they have left (%i)',
    async (first) => {
      const both = [world.watch, new MemoryWatch(world.network.relay(R2))] as const;
      world.reserved = [R1, R2];
      await world.watching();
      await until(() => both[1].requests.length > 0);
      await world.clock.advance(20_000);
      const record = await bob.record({ issued: world.clock.now(), relays: [R1, R2] });
      for (const one of both) one.publish(record);
      await world.news('online');
      const marker = await carol.record({ issued: world.clock.now(), relays: [R1, R2] });
      for (const one of both) one.publish(marker);
      await world.news('online', carol);
      const [leaving, other] = first === 0 ? both : ([both[1], both[0]] as const);
      leaving.push({ records: [], left: [record.tag, marker.tag] });
      other.push({ records: [], left: [marker.tag] });
      await world.news('seen', carol);
      expect(world.of()).toEqual({ state: 'online' });
      other.push({ records: [], left: [record.tag] });
      await world.news('seen');
      expect(world.learned.filter(({ person }) => person === bob.key)).toHaveLength(1);
    },
  );

  test.each([
    ['nonsense', () => Uint8Array.of(0xff, 1, 2)],
    ['a frame cut short', () => Uint8Array.of(0x0a, 0x7f, 1)],
  ])('%s ends the stream', async (_, frame) => {
    await world.watching();
    world.watch.say(frame());
    await world.news('unknown');
  });

  test('a relay that sends faster than can be verified is cut off', async () => {
    await world.watching();
    const forged = await mallory.record({ issued: world.clock.now() });
    const { tag } = await bob.record({ issued: world.clock.now() });
    for (let sent = 0; sent < 300; sent += 1) {
      world.watch.push({ records: [{ ...forged, tag }], left: [] });
    }
    await world.news('unknown');
    await until(() => world.watch.open === 0);
  });
});
