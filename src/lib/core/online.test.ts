import { beforeEach, describe, expect, test } from 'vitest';
import { CALL_PROTOCOL, LOOKUP_PROTOCOL, TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { openPresence, presenceDay } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope, PresenceRecord } from '#lib/protocol/presence-record.ts';
import { TURN_RESPONSE } from '#lib/protocol/turn.ts';
import { FakeClock, settled, TEST_EPOCH, until } from '#lib/testing/fake-clock.ts';
import { MemoryNetwork } from '#lib/testing/memory-network.ts';
import { MemoryRelayList } from '#lib/testing/memory-relay-list.ts';
import { memoryStores } from '#lib/testing/memory-stores.ts';
import { presencePerson } from '#lib/testing/presence-people.ts';
import type { PresencePerson } from '#lib/testing/presence-people.ts';
import { presenceRelays, recordsAt } from '#lib/testing/presence-relays.ts';
import type { PresenceRelay } from '#lib/testing/presence-relays.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import { signerNumber } from '#lib/testing/signers.ts';
import { signDeviceList } from '#lib/protocol/device-list.ts';
import { createContacts } from './contacts/contacts.ts';
import { goOnline } from './online.ts';
import type { Online } from './online.ts';
import { createSettingsBook } from './settings-book.ts';
import type { SettingsBook } from './woxly.ts';

const RELAYS = 10;
const never = new AbortController().signal;
const NO_HINTS = { devices: [], relays: [] };

let clock: FakeClock;
let network: MemoryNetwork;
let relays: readonly PresenceRelay[];
let bob: PresencePerson;
beforeEach(async () => {
  clock = new FakeClock();
  network = new MemoryNetwork();
  relays = await presenceRelays(network, RELAYS);
  bob = await presencePerson(50, []);
});

interface Alice {
  readonly online: Online;
  readonly settings: SettingsBook;
  readonly relayList: MemoryRelayList;
  /** What she published, the oldest first, as a clock that is right opens it. */
  records(): Promise<readonly PresenceRecord[]>;
}

/** Somebody whose page was served by the first relay, unless another list of relays is given. */
async function goAlice(seed = 1, relayList = new MemoryRelayList(at(0).address)): Promise<Alice> {
  const [identity, device] = await Promise.all([signerNumber(1), signerNumber(2)]);
  const stores = memoryStores();
  const settings = await createSettingsBook(stores.settings);
  const list = await signDeviceList(identity, { epoch: 1, certificates: [] });
  const online = goOnline({
    clock,
    random: new SeededRandom(seed),
    log: { info: () => undefined, warn: () => undefined },
    network: network.join(deviceKeyOf(device.publicKey)),
    pageLife: {
      online: true,
      background: false,
      onWake: () => () => undefined,
      onBackground: () => () => undefined,
      onNetworkChange: () => () => undefined,
      onOffline: () => () => undefined,
      onLeave: () => () => undefined,
    },
    relayList,
    keys: { identity, device },
    deviceList: () => list,
    contacts: await createContacts({ store: stores.contacts, clock, ownKey: () => undefined }),
    settings,
    origin: () => 'https://woxly.example',
  });
  const records = async () => {
    const day = presenceDay(TEST_EPOCH);
    const opened = recordsAt(relays).map((envelope) =>
      openPresence(envelope, identity.publicKey, day, TEST_EPOCH),
    );
    const own = (await Promise.all(opened)).filter((record) => record !== undefined);
    // One record reaches several relays.
    return own.filter(
      ({ sequence }, place) => own.findIndex((one) => one.sequence === sequence) === place,
    );
  };
  return { online, settings, relayList, records };
}

function at(number: number): PresenceRelay {
  const relay = relays[number];
  if (relay === undefined) throw new RangeError('no such relay');
  return relay;
}
const relayAt = (address: string) => network.relayAt(address);
const reservations = (online: Online, count: number) =>
  until(() => online.keeper.reserved.length === count, `${count} reservations`);

/** Bob holds a reservation on a relay and takes calls; what he publishes reaches every relay. */
async function bringBob(relay: PresenceRelay, record: PresenceEnvelope): Promise<void> {
  const node = network.join(bob.device);
  await node.reserve(relay.address, never);
  node.accept(CALL_PROTOCOL, () => undefined);
  publish(record);
}
function publish(...records: PresenceEnvelope[]): void {
  for (const { relay } of relays) {
    relay.answer(LOOKUP_PROTOCOL, () => LOOKUP_RESPONSE.encode({ records }));
  }
}
/** Reaches Bob by his key alone, letting time pass as it needs. */
async function reachBob(online: Online): Promise<string> {
  let outcome: string | undefined;
  online.reach.reach(bob.key, NO_HINTS, { onFound: () => undefined, signal: never }).then(
    ({ device }) => (outcome = device),
    (failure: unknown) => (outcome = (failure as Error).message),
  );
  for (let seconds = 0; seconds < 60 && outcome === undefined; seconds += 1) {
    await settled();
    await clock.advance(1_000);
  }
  return outcome ?? 'nothing';
}

describe('holding on to the network', () => {
  test('the page’s relay tells of others: three reservations, and three again when two have died', async () => {
    const { online } = await goAlice();
    await reservations(online, 3);
    expect(online.keeper.reserved).toContain(at(0).address);
    for (let died = 0; died < 2; died += 1) {
      const [first = ''] = online.keeper.reserved;
      relayAt(first)?.stop();
      await until(() => !online.keeper.reserved.includes(first), 'lost');
      await reservations(online, 3);
      expect(online.status).toBe('reachable');
    }
    await online.stop();
    expect(clock.waiting).toBe(0);
  });

  test('relays that served last time bring an installed app back when its own relay is gone', async () => {
    const first = await goAlice();
    await reservations(first.online, 3);
    await until(() => first.relayList.remembered.length >= 3, 'remembered');
    await first.online.stop();
    at(0).relay.stop();
    const list = new MemoryRelayList();
    list.remember(first.relayList.remembered);
    const again = await goAlice(2, list);
    await reservations(again.online, 3);
    expect(again.online.keeper.reserved).not.toContain(at(0).address);
    await again.online.stop();
  });

  test('what the directory says of a relay is shown', async () => {
    const { online } = await goAlice();
    await reservations(online, 3);
    const found = online.reachability.relays.find(({ origin }) => origin === 'directory');
    expect(found).toMatchObject({ version: '1.2.3', load: 0.01, turn: true, preferred: false });
    expect(found?.operator).toMatch(/^Operator 1\d\d$/);
    expect(online.reachability.relays.length).toBeLessThanOrEqual(18);
    await online.stop();
  });

  test('a relay that is removed is let go at once and does not come back', async () => {
    const { online, settings } = await goAlice();
    await reservations(online, 3);
    const [, second = ''] = online.keeper.reserved;
    await online.reachability.remove(second);
    await until(() => !online.keeper.reserved.includes(second));
    await reservations(online, 3);
    expect(online.reachability.relays.map(({ address }) => address)).not.toContain(second);
    expect(settings.current.refusedRelays).toHaveLength(1);
    await online.stop();
  });

  test('credentials of TURN servers are there once a relay is', async () => {
    at(0).relay.answer(TURN_PROTOCOL, () =>
      TURN_RESPONSE.encode({
        ...{ urls: ['turn:turn.example'], username: 'u', credential: 'c', seconds: 600 },
      }),
    );
    const { online } = await goAlice();
    await until(() => online.turn.iceServers().length === 1, 'servers');
    expect(online.turn.nameOf('turn.example')).toBe('relay-100.network-100.example');
    await online.stop();
  });
});

describe('being found', () => {
  test('hidden or not is published as it is chosen, and goodbye at the end', async () => {
    const { online, settings, records } = await goAlice();
    await reservations(online, 3);
    await until(() => at(0).relay.published.length > 0, 'published');
    await settings.change({ sharePresence: false });
    await until(() => recordsAt([at(0)]).length > 1, 'published again');
    await settled();
    await online.stop();
    const published = await records();
    expect(published[0]?.hidden).toBeUndefined();
    expect(published.at(-2)).toMatchObject({ hidden: true });
    expect(published.at(-1)).toMatchObject({ relays: [], hidden: true });
  });

  test('with a clock that is hours wrong, once the page’s relay has told the time', async () => {
    const list = new MemoryRelayList(at(0).address);
    clock = new FakeClock(TEST_EPOCH - 5 * 3_600_000);
    list.clockOffsetMs = 5 * 3_600_000;
    const { online, records } = await goAlice(1, list);
    await reservations(online, 3);
    await until(() => at(0).relay.published.length > 0, 'published');
    expect(online.clockOffsetMs).toBe(5 * 3_600_000);
    expect((await records())[0]).toMatchObject({
      issued: TEST_EPOCH,
      expires: TEST_EPOCH + PRESENCE_TTL_MS,
    });
    await online.stop();
  });

  test.each([
    [undefined, 0],
    [29_000, 0],
    [-45_000, -45_000],
    [9e12, 86_400_000],
  ])('a clock that differs by %d ms is corrected by %d', async (measured, corrected) => {
    const list = new MemoryRelayList(at(0).address);
    list.clockOffsetMs = measured;
    const { online } = await goAlice(1, list);
    expect(online.clockOffsetMs).toBe(corrected);
    await online.stop();
  });
});

describe('finding', () => {
  test('by key alone, on whatever relay of the network the person is', async () => {
    const { online } = await goAlice();
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    expect(await reachBob(online)).toBe(bob.device);
    await online.stop();
  });

  test('a relay that dies while it is asked does not end the search', async () => {
    const list = new MemoryRelayList(at(0).address);
    const { online } = await goAlice(1, list);
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    const inUse = online.keeper.reserved.map((address) => relayAt(address));
    // Nobody answers any more, and one after the other goes.
    for (const relay of inUse) relay?.answer(LOOKUP_PROTOCOL, () => new Promise(() => undefined));
    const reaching = reachBob(online);
    await settled();
    for (const relay of inUse) relay?.stop();
    expect(await reaching).toBe(bob.device);
    await online.stop();
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    '30 %% of the relays say nothing, nonsense, or lies: still found, and never where the lies lead (seed %i)',
    async (seed) => {
      const chance = new SeededRandom(seed);
      const { online } = await goAlice(seed);
      await reservations(online, 3);
      const [issued, evil] = [TEST_EPOCH, at(0).address.replace('relay-100', 'evil')];
      const genuine = await bob.record({ issued, relays: [at(9).address] });
      const older = await bob.record({ issued: issued - 60_000, relays: [evil] });
      const mallory = await presencePerson(70, [evil]);
      const foreign = { ...(await mallory.record({ issued: issued + 9 })), tag: genuine.tag };
      const stale = await bob.record({ issued: issued - PRESENCE_TTL_MS - 1, relays: [evil] });
      const forged = {
        ...genuine,
        sealed: genuine.sealed.map((byte, n) => (n % 50 ? byte : byte ^ 1)),
      };
      await bringBob(at(9), genuine);
      // Bob's own relay is not among them: without it nobody could be connected with him at all.
      const liars = shuffled(relays.slice(0, 9), chance).slice(0, 3);
      const lies = [
        () => new Promise<never>(() => undefined),
        () => Uint8Array.of(0xff, 0xff, 0xff),
        () => LOOKUP_RESPONSE.encode({ records: [foreign, forged, stale] }),
        () => LOOKUP_RESPONSE.encode({ records: [older] }),
        () => LOOKUP_RESPONSE.encode({ records: [] }),
      ];
      for (const { relay } of liars) {
        relay.answer(
          LOOKUP_PROTOCOL,
          lies[Math.floor(chance.unit() * lies.length)] ?? (() => Uint8Array.of()),
        );
      }
      expect(await reachBob(online)).toBe(bob.device);
      // Whoever was heard last: the newest genuine record stands.
      expect(online.finder.cached(bob.key)?.relays).toEqual([at(9).address]);
      await online.stop();
    },
  );

  test('all relays in use lie: others are asked', async () => {
    const { online } = await goAlice();
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    for (const address of online.keeper.reserved) {
      relayAt(address)?.answer(LOOKUP_PROTOCOL, () => LOOKUP_RESPONSE.encode({ records: [] }));
    }
    expect(await reachBob(online)).toBe(bob.device);
    await online.stop();
  });

  test('an older record that is played back after a newer one was seen leads nowhere', async () => {
    const { online } = await goAlice();
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    expect(await reachBob(online)).toBe(bob.device);
    publish(await bob.record({ issued: TEST_EPOCH - 1_000, relays: [at(3).address] }));
    expect(await reachBob(online)).toBe(bob.device);
    expect(online.finder.cached(bob.key)?.relays).toEqual([at(9).address]);
    await online.stop();
  });
});

function shuffled<T>(given: readonly T[], chance: SeededRandom): readonly T[] {
  return given
    .map((value) => ({ value, place: chance.unit() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
