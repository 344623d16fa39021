import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '#lib/domain/bytes.ts';
import type { Contact, Presence } from '#lib/domain/contact.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import { deviceKeyOf, publicKeyOf } from '#lib/protocol/key-text.ts';
import { PRESENCE_TTL_MS, WATCH_TAGS_MAX } from '#lib/protocol/limits.ts';
import { presenceDay, presenceTag } from '#lib/protocol/presence-record.ts';
import { FakeClock, settled, until } from '#lib/testing/fake-clock.ts';
import { contactOf } from '#lib/testing/fake-people.ts';
import { FakeWoxly } from '#lib/testing/fake-woxly.ts';
import { MemoryNetwork } from '#lib/testing/memory-network.ts';
import type { MemoryRelay } from '#lib/testing/memory-network.ts';
import { MemoryWatch } from '#lib/testing/memory-watch.ts';
import { presencePerson } from '#lib/testing/presence-people.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import { createPresenceWatcher } from './watcher.ts';
import type { PresenceWatcher } from './watcher.ts';
import { ONLINE_MS, SEEN_MS } from './watcher-sighting.ts';

const DAY = 86_400_000;
const [R1, R2] = [91, 92].map(
  (number) =>
    `/dns4/r${number}.example/tcp/443/wss/p2p/${deviceKeyOf(new Uint8Array(32).fill(number))}`,
) as [string, string];
const bob = await presencePerson(2, [R1]);
const carol = await presencePerson(4, [R1]);
const mallory = await presencePerson(6, [R1]);

let clock: FakeClock;
let woxly: FakeWoxly;
let relay: MemoryRelay;
let watch: MemoryWatch;
let reserved: string[];
let reservedChanged: () => void;
let watcher: PresenceWatcher;
let changes: number;
let epoch: number;
let learned: { person: IdentityKey; relays: readonly string[] }[];
let there: [IdentityKey, number][];
let network: MemoryNetwork;

const of = (person = bob): Presence => watcher.of(person.key);
const news = (state: Presence['state'], person = bob) =>
  until(() => of(person).state === state, `${state} (it is ${of(person).state})`);
const people = (...contacts: Contact[]) => {
  woxly.contacts.set(contacts);
};
const start = () => {
  watcher = createPresenceWatcher({
    clock,
    random: new SeededRandom(1),
    log: { info: () => undefined, warn: () => undefined },
    network: network.join(deviceKeyOf(new Uint8Array(32).fill(1))),
    reserved: () => reserved,
    watchReserved: (onChange) => {
      reservedChanged = onChange;
      return () => (reservedChanged = () => undefined);
    },
    contacts: woxly.contacts,
    settings: woxly.settings,
    minEpoch: () => epoch,
    onSeen: (person, { relays }) => void learned.push({ person, relays }),
    onThere: (person, at) => void there.push([person, at]),
  });
  changes = 0;
  watcher.watch(() => (changes += 1));
};
/** Started, and past what relays had before: what comes now is news. */
const watching = async () => {
  start();
  await until(() => watch.requests.length > 0, 'a request');
  await clock.advance(20_000);
};
/** Everything pushed so far has been looked at: somebody else's record came after it. */
const allLookedAt = async () => {
  watch.push({ records: [await carol.record({ issued: clock.now() })], left: [] });
  await news('online', carol);
};

beforeEach(() => {
  clock = new FakeClock();
  woxly = new FakeWoxly();
  people(contactOf(bob.key, 'Bob'), contactOf(carol.key, 'Carol'));
  network = new MemoryNetwork();
  relay = network.relay(R1);
  watch = new MemoryWatch(relay);
  reserved = [R1];
  epoch = 0;
  learned = [];
  there = [];
});

afterEach(() => {
  watcher.stop();
  expect(clock.waiting).toBe(0);
});

describe('there', () => {
  test('online by a record, with where they are told, and said once', async () => {
    await watching();
    const before = changes;
    watch.publish(await bob.record({ issued: clock.now() }));
    await news('online');
    expect(changes).toBe(before + 1);
    expect(learned).toEqual([{ person: bob.key, relays: [R1] }]);
    expect(there).toEqual([[bob.key, clock.now()]]);
    const [shown, now] = [of(), clock.now()];
    await clock.advance(1_000);
    watch.publish(await bob.record({ issued: now + 1_000 }));
    await until(() => learned.length === 2);
    await settled();
    expect(of()).toBe(shown);
    expect(changes).toBe(before + 1);
  });

  test('what a relay had before is told when it is asked', async () => {
    watch.publish(await bob.record({ issued: clock.now() - 60_000 }));
    start();
    await news('online');
    expect(there).toEqual([[bob.key, clock.now() - 60_000]]);
    expect(of(carol)).toEqual({ state: 'unknown' });
    await clock.advance(3_000);
    expect(of(carol)).toEqual({ state: 'unreachable' });
  });

  test('goodbye is seen now, then lately, then unreachable', async () => {
    await watching();
    watch.publish(await bob.record({ issued: clock.now() }));
    await news('online');
    await clock.advance(5_000);
    watch.publish(await bob.record({ issued: clock.now(), relays: [] }));
    await news('seen');
    expect(of()).toEqual({ state: 'seen', at: clock.now() });
    await clock.advance(SEEN_MS);
    expect(of()).toEqual({ state: 'unreachable' });
  });

  test('a relay says that they have left', async () => {
    await watching();
    const record = await bob.record({ issued: clock.now() });
    watch.publish(record);
    await news('online');
    await clock.advance(7_000);
    watch.push({ records: [], left: [record.tag] });
    await news('seen');
    expect(of()).toEqual({ state: 'seen', at: clock.now() });
    expect(there.at(-1)).toEqual([bob.key, clock.now()]);
  });

  test('who says nothing any more is there no longer', async () => {
    await watching();
    const when = clock.now();
    watch.publish(await bob.record({ issued: when }));
    await news('online');
    await clock.advance(ONLINE_MS);
    expect(of()).toEqual({ state: 'seen', at: when });
  });

  test('who does not want to be seen is found, and not shown', async () => {
    await watching();
    watch.publish(await bob.record({ issued: clock.now(), hidden: true }));
    await news('unknown');
    expect(learned).toHaveLength(1);
    expect(there).toEqual([]);
  });
});

describe('forged, replayed, older', () => {
  test('none of it is taken for somebody', async () => {
    await watching();
    const old = await bob.record({ issued: clock.now() });
    await clock.advance(1_000);
    const newest = await bob.record({ issued: clock.now(), relays: [] });
    watch.publish(newest);
    await news('seen');
    const now = clock.now();
    const foreign = await mallory.record({ issued: now });
    const changed = {
      ...newest,
      sealed: newest.sealed.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    };
    const late = await bob.record({ issued: now - PRESENCE_TTL_MS - 1, sequence: now + 1 });
    const bad = [old, { ...foreign, tag: newest.tag }, changed, late, newest, foreign];
    watch.push({ records: bad, left: [] });
    await allLookedAt();
    expect(of()).toEqual({ state: 'seen', at: now });
    expect(learned.map(({ person }) => person)).toEqual([bob.key, carol.key]);
  });

  test('a device list older than one accepted before', async () => {
    await watching();
    epoch = 4;
    watch.publish(await bob.record({ issued: clock.now(), epoch: 3 }));
    epoch = 4;
    const current = await carol.record({ issued: clock.now(), epoch: 4 });
    watch.push({ records: [current], left: [] });
    await news('online', carol);
    expect(of()).toEqual({ state: 'unreachable' });
  });

  test('a flood of forgeries costs so much a minute and no more, and nobody else anything', async () => {
    await watching();
    const { tag } = await bob.record({ issued: clock.now() });
    const forged = await mallory.record({ issued: clock.now() });
    for (let sent = 0; sent < 20; sent += 1) {
      const records = Array.from({ length: 8 }, () => ({ ...forged, tag }));
      watch.push({ records, left: [] });
    }
    watch.push({ records: [await bob.record({ issued: clock.now() })], left: [] });
    await allLookedAt();
    expect(of()).toEqual({ state: 'unreachable' });
    await clock.advance(60_000);
    watch.push({ records: [await bob.record({ issued: clock.now() })], left: [] });
    await news('online');
  });
});

describe('what relays are asked', () => {
  test('the tags of three days of everybody who is not blocked, in an order that groups nobody', async () => {
    people(
      contactOf(bob.key, 'Bob'),
      contactOf(carol.key, 'Carol', { trust: 'verified' }),
      contactOf(mallory.key, 'Mallory', { trust: 'blocked' }),
    );
    start();
    await until(() => watch.requests.length > 0);
    const today = presenceDay(clock.now());
    const tags = await Promise.all(
      [bob, carol].flatMap(({ key }) =>
        [-1, 0, 1].map((by) => presenceTag(publicKeyOf(key), today + by)),
      ),
    );
    expect(watch.requests[0]?.map(toHex)).toEqual(tags.map(toHex).sort());
  });

  test('anew when contacts change, gathered, and only if it changes what is asked', async () => {
    await watching();
    people(contactOf(bob.key, 'Robert', { lastSeen: 5 }), contactOf(carol.key, 'Carol'));
    await clock.advance(10_000);
    expect(watch.requests).toHaveLength(1);
    people(contactOf(bob.key, 'Bob'));
    people(contactOf(bob.key, 'Bob'), contactOf(mallory.key, 'Mallory'));
    await clock.advance(3_000);
    await until(() => watch.requests.length > 1);
    await settled();
    expect(watch.requests).toHaveLength(2);
    expect(of(carol)).toEqual({ state: 'unknown' });
    expect(of(mallory)).toEqual({ state: 'unreachable' });
  });

  test('anew when the day changes', async () => {
    await watching();
    await clock.advance(DAY / 2);
    await until(() => watch.requests.length > 1);
    const tomorrow = await presenceTag(publicKeyOf(bob.key), presenceDay(clock.now()) + 1);
    expect(watch.requests[1]?.map(toHex)).toContain(toHex(tomorrow));
    watch.publish(await bob.record({ issued: clock.now() }));
    await news('online');
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
    people(...many, contactOf(bob.key, 'Bob', { lastSeen: 1 }), contactOf(carol.key, 'Carol'));
    await watching();
    expect(watch.requests[0]?.length).toBeLessThanOrEqual(WATCH_TAGS_MAX);
    expect(of()).toEqual({ state: 'unreachable' });
    expect(of(carol)).toEqual({ state: 'unknown' });
  });

  test('nothing, of nobody', async () => {
    people();
    start();
    await clock.advance(60_000);
    expect(watch.opened).toBe(0);
  });

  test('nothing, if that was chosen while the tags were worked out', async () => {
    start();
    await woxly.settings.change({ sharePresence: false });
    await clock.advance(60_000);
    // Longer than the tags can take, which a thread of their own works out.
    for (let day = 0; day < 50; day += 1) await presenceTag(publicKeyOf(bob.key), day);
    await settled();
    expect(watch.opened).toBe(0);
  });

  test('nothing while presence is not shared, and everything is unknown', async () => {
    await watching();
    watch.publish(await bob.record({ issued: clock.now() }));
    await news('online');
    await woxly.settings.change({ sharePresence: false });
    await news('unknown');
    await until(() => watch.open === 0);
    await clock.advance(120_000);
    expect(watch.opened).toBe(1);
    await woxly.settings.change({ sharePresence: true });
    await news('online');
  });
});

describe('streams', () => {
  test('one to each relay with a reservation; without any nothing is known', async () => {
    const second = new MemoryWatch(network.relay(R2));
    await watching();
    expect(of()).toEqual({ state: 'unreachable' });
    reserved = [R2];
    reservedChanged();
    await until(() => second.requests.length === 1 && watch.open === 0);
    reserved = [];
    reservedChanged();
    expect(of()).toEqual({ state: 'unknown' });
    await until(() => second.open === 0);
  });

  test('open again after a loss, later each time one does not last', async () => {
    await watching();
    await clock.advance(30_000);
    watch.refuses = true;
    watch.close();
    await news('unknown');
    await clock.advance(60_000);
    expect(watch.opened).toBeGreaterThan(3);
    expect(watch.opened).toBeLessThan(12);
    watch.refuses = false;
    await clock.advance(180_000);
    expect(watch.open).toBe(1);
    expect(of()).toEqual({ state: 'unreachable' });
  });

  test('a relay that serves no watches, or that freezes, is asked again later', async () => {
    relay.frozen = true;
    start();
    await clock.advance(60_000);
    expect(of()).toEqual({ state: 'unknown' });
    relay.start();
    await clock.advance(180_000);
    expect(of()).toEqual({ state: 'unreachable' });
  });

  test.each([0, 1])(
    'the other relay knows that they are there when one says that they have left (%i)',
    async (first) => {
      const both = [watch, new MemoryWatch(network.relay(R2))] as const;
      reserved = [R1, R2];
      await watching();
      await until(() => both[1].requests.length > 0);
      await clock.advance(20_000);
      const record = await bob.record({ issued: clock.now(), relays: [R1, R2] });
      for (const one of both) one.publish(record);
      await news('online');
      const marker = await carol.record({ issued: clock.now(), relays: [R1, R2] });
      for (const one of both) one.publish(marker);
      await news('online', carol);
      const [leaving, other] = first === 0 ? both : ([both[1], both[0]] as const);
      leaving.push({ records: [], left: [record.tag, marker.tag] });
      other.push({ records: [], left: [marker.tag] });
      await news('seen', carol);
      expect(of()).toEqual({ state: 'online' });
      other.push({ records: [], left: [record.tag] });
      await news('seen');
      expect(learned.filter(({ person }) => person === bob.key)).toHaveLength(1);
    },
  );

  test.each([
    ['nonsense', () => Uint8Array.of(0xff, 1, 2)],
    ['a frame cut short', () => Uint8Array.of(0x0a, 0x7f, 1)],
  ])('%s ends the stream', async (_, frame) => {
    await watching();
    watch.say(frame());
    await news('unknown');
  });

  test('a relay that sends faster than can be verified is cut off', async () => {
    await watching();
    const forged = await mallory.record({ issued: clock.now() });
    const { tag } = await bob.record({ issued: clock.now() });
    for (let sent = 0; sent < 300; sent += 1) {
      watch.push({ records: [{ ...forged, tag }], left: [] });
    }
    await news('unknown');
    await until(() => watch.open === 0);
  });
});

test('what stopped asks nobody and says nothing', async () => {
  await watching();
  const before = changes;
  watcher.stop();
  await until(() => watch.open === 0);
  watch.publish(await bob.record({ issued: clock.now() }));
  people();
  reservedChanged();
  await clock.advance(DAY);
  expect([changes, watch.opened]).toEqual([before, 1]);
});
