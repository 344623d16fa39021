import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '#lib/domain/bytes.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { deviceKeyOf, publicKeyOf } from '#lib/protocol/key-text.ts';
import { WATCH_TAGS_MAX } from '#lib/protocol/limits.ts';
import { presenceDay, presenceTag } from '#lib/protocol/presence-record.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { contactOf } from '#lib/testing/fake-people.ts';
import { bob, carol, mallory, WatcherWorld } from '#lib/testing/watcher-world.ts';

const DAY = 86_400_000;

let world: WatcherWorld;
beforeEach(() => void (world = new WatcherWorld()));
afterEach(() => world.end());

describe('what relays are asked', () => {
  test('the tags of three days of everybody who is not blocked, in an order that groups nobody', async () => {
    world.people(
      contactOf(bob.key, 'Bob'),
      contactOf(carol.key, 'Carol', { trust: 'verified' }),
      contactOf(mallory.key, 'Mallory', { trust: 'blocked' }),
    );
    world.start();
    await until(() => world.watch.requests.length > 0);
    const today = presenceDay(world.clock.now());
    const tags = await Promise.all(
      [bob, carol].flatMap(({ key }) =>
        [-1, 0, 1].map((by) => presenceTag(publicKeyOf(key), today + by)),
      ),
    );
    expect(world.watch.requests[0]?.map(toHex)).toEqual(tags.map(toHex).sort());
  });

  test('anew when contacts change, gathered, and only if it changes what is asked', async () => {
    await world.watching();
    world.people(contactOf(bob.key, 'Robert', { lastSeen: 5 }), contactOf(carol.key, 'Carol'));
    await world.clock.advance(10_000);
    expect(world.watch.requests).toHaveLength(1);
    world.people(contactOf(bob.key, 'Bob'));
    world.people(contactOf(bob.key, 'Bob'), contactOf(mallory.key, 'Mallory'));
    await world.clock.advance(3_000);
    await until(() => world.watch.requests.length > 1);
    await settled();
    expect(world.watch.requests).toHaveLength(2);
    expect(world.of(carol)).toEqual({ state: 'unknown' });
    expect(world.of(mallory)).toEqual({ state: 'unreachable' });
  });

  test('anew when the day changes', async () => {
    await world.watching();
    await world.clock.advance(DAY / 2);
    await until(() => world.watch.requests.length > 1);
    const tomorrow = await presenceTag(publicKeyOf(bob.key), presenceDay(world.clock.now()) + 1);
    expect(world.watch.requests[1]?.map(toHex)).toContain(toHex(tomorrow));
    world.watch.publish(await bob.record({ issued: world.clock.now() }));
    await world.news('online');
  });

  test('no more than fits, those seen last first', async () => {
    const many = Array.from({ length: 400 }, (_, number) =>
      contactOf(
        deviceKeyOf(
          Uint8Array.from({ length: 32 }, (_, at) => (at < 2 ? number >> (8 * at) : 3)),
        ) as string as IdentityKey,
        `${number}`,
      ),
    );
    world.people(
      ...many,
      contactOf(bob.key, 'Bob', { lastSeen: 1 }),
      contactOf(carol.key, 'Carol'),
    );
    await world.watching();
    expect(world.watch.requests[0]?.length).toBeLessThanOrEqual(WATCH_TAGS_MAX);
    expect(world.of()).toEqual({ state: 'unreachable' });
    expect(world.of(carol)).toEqual({ state: 'unknown' });
  });

  test('nothing, of nobody', async () => {
    world.people();
    world.start();
    await world.clock.advance(60_000);
    expect(world.watch.opened).toBe(0);
  });

  test('nothing, if that was chosen while the tags were worked out', async () => {
    world.start();
    world.settings.share(false);
    await world.clock.advance(60_000);
    // Longer than the tags can take, which a thread of their own works out.
    for (let day = 0; day < 50; day += 1) await presenceTag(publicKeyOf(bob.key), day);
    await settled();
    expect(world.watch.opened).toBe(0);
  });

  test('nothing while presence is not shared, and everything is unknown', async () => {
    await world.watching();
    world.watch.publish(await bob.record({ issued: world.clock.now() }));
    await world.news('online');
    world.settings.share(false);
    await world.news('unknown');
    await until(() => world.watch.open === 0);
    await world.clock.advance(120_000);
    expect(world.watch.opened).toBe(1);
    world.settings.share(true);
    await world.news('online');
  });
});
