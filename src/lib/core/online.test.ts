import { beforeEach, describe, expect, test } from 'vitest';
import { TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { TURN_RESPONSE } from '#lib/protocol/turn.ts';
import { settled, TEST_EPOCH, until } from '#lib/testing/fake-clock.ts';
import { MemoryRelayList } from '#lib/testing/memory-relay-list.ts';
import { goAlice, onlineWorld, reservations } from '#lib/testing/online-people.ts';
import type { OnlineWorld } from '#lib/testing/online-people.ts';
import { recordsAt } from '#lib/testing/presence-relays.ts';
import type { PresenceRelay } from '#lib/testing/presence-relays.ts';

let world: OnlineWorld;
beforeEach(async () => {
  world = await onlineWorld();
});

function at(number: number): PresenceRelay {
  const relay = world.relays[number];
  if (relay === undefined) throw new RangeError('no such relay');
  return relay;
}

describe('holding on to the network', () => {
  test('the page’s relay tells of others: three reservations, and three again when two have died', async () => {
    const { scope, online } = await goAlice(world);
    await reservations(online, 3);
    expect(online.keeper.reserved).toContain(at(0).address);
    for (let died = 0; died < 2; died += 1) {
      const [first = at(0).address] = online.keeper.reserved;
      world.network.relayAt(first)?.stop();
      await until(() => !online.keeper.reserved.includes(first), 'lost');
      await reservations(online, 3);
      expect(online.status).toBe('reachable');
    }
    await scope.stop();
    expect(world.clock.waiting).toBe(0);
  });

  test('relays that served last time bring an installed app back when its own relay is gone', async () => {
    const first = await goAlice(world);
    await reservations(first.online, 3);
    await until(() => first.relayList.remembered.length >= 3, 'remembered');
    await first.scope.stop();
    at(0).relay.stop();
    const list = new MemoryRelayList();
    list.remember(first.relayList.remembered);
    const again = await goAlice(world, 2, list);
    await reservations(again.online, 3);
    expect(again.online.keeper.reserved).not.toContain(at(0).address);
    await again.scope.stop();
  });

  test('what the directory says of a relay is shown', async () => {
    const { scope, online } = await goAlice(world);
    await reservations(online, 3);
    const found = online.reachability.relays.find(({ origin }) => origin === 'directory');
    expect(found).toMatchObject({ version: '1.2.3', load: 0.01, turn: true, preferred: false });
    expect(found?.operator).toMatch(/^Operator 1\d\d$/);
    expect(online.reachability.relays.length).toBeLessThanOrEqual(18);
    await scope.stop();
  });

  test('a relay that is removed is let go at once and does not come back', async () => {
    const { scope, online, settings } = await goAlice(world);
    await reservations(online, 3);
    const [, second = at(1).address] = online.keeper.reserved;
    await online.reachability.remove(second);
    await until(() => !online.keeper.reserved.includes(second));
    await reservations(online, 3);
    expect(online.reachability.relays.map(({ address }) => address)).not.toContain(second);
    expect(settings.current.refusedRelays).toHaveLength(1);
    await scope.stop();
  });

  test('credentials of TURN servers are there once a relay is', async () => {
    at(0).relay.answer(TURN_PROTOCOL, () =>
      TURN_RESPONSE.encode({
        urls: ['turn:turn.example'],
        username: 'u',
        credential: 'c',
        seconds: 600,
      }),
    );
    const { scope, online } = await goAlice(world);
    await until(() => online.turn.iceServers().length === 1, 'servers');
    expect(online.reachability.ofServer('turn.example')).toEqual(online.reachability.relays[0]);
    expect(online.reachability.ofServer('other.example')).toBeUndefined();
    await scope.stop();
  });
});

describe('being found', () => {
  test('hidden or not is published as it is chosen, and goodbye at the end', async () => {
    const { scope, online, settings, records } = await goAlice(world);
    await reservations(online, 3);
    await until(() => at(0).relay.published.length > 0, 'published');
    await settings.change({ sharePresence: false });
    await until(() => recordsAt([at(0)]).length > 1, 'published again');
    await settled();
    await scope.stop();
    const published = await records();
    expect(published[0]?.hidden).toBeUndefined();
    expect(published.at(-2)).toMatchObject({ hidden: true });
    expect(published.at(-1)).toMatchObject({ relays: [], hidden: true });
  });

  const HOUR_MS = 3_600_000;
  /** The first relay tells the time, as it is. */
  const tellTime = () => {
    at(0).relay.answer(TURN_PROTOCOL, () =>
      TURN_RESPONSE.encode({ urls: [], seconds: 0, now: TEST_EPOCH }),
    );
  };

  test.each([5 * HOUR_MS, -5 * HOUR_MS, 400 * 24 * HOUR_MS, -400 * 24 * HOUR_MS])(
    'with a clock that is %d ms wrong, once page and relay agree about it',
    async (wrong) => {
      const list = new MemoryRelayList(at(0).address);
      world = await onlineWorld(TEST_EPOCH + wrong);
      list.clockOffsetMs = -wrong;
      tellTime();
      const { scope, online, time, records } = await goAlice(world, 1, list);
      await until(() => time.offsetMs === -wrong, 'the time');
      await reservations(online, 3);
      await until(
        () => recordsAt([at(0)]).at(-1)?.expires === TEST_EPOCH + PRESENCE_TTL_MS,
        'published in time',
      );
      expect((await records()).at(-1)).toMatchObject({
        issued: TEST_EPOCH,
        expires: TEST_EPOCH + PRESENCE_TTL_MS,
      });
      await scope.stop();
    },
  );

  test('a page served with a wrong date takes nobody away whose clock is right', async () => {
    const list = new MemoryRelayList(at(0).address);
    list.clockOffsetMs = 7 * HOUR_MS;
    tellTime();
    const { scope, online, time, records } = await goAlice(world, 1, list);
    await reservations(online, 3);
    await until(() => recordsAt([at(0)]).length > 0, 'published');
    expect(time.offsetMs).toBe(0);
    expect((await records()).map(({ issued }) => issued)).toContain(TEST_EPOCH);
    await scope.stop();
  });
});
