import { beforeEach, describe, expect, test } from 'vitest';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { CALL_PROTOCOL, LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { settled, TEST_EPOCH } from '#lib/testing/fake-clock.ts';
import { goAlice, onlineWorld, reservations } from '#lib/testing/online-people.ts';
import type { OnlineWorld } from '#lib/testing/online-people.ts';
import { presencePerson } from '#lib/testing/presence-people.ts';
import type { PresencePerson } from '#lib/testing/presence-people.ts';
import type { PresenceRelay } from '#lib/testing/presence-relays.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import type { Online } from './online.ts';

const never = new AbortController().signal;

let world: OnlineWorld;
let bob: PresencePerson;
beforeEach(async () => {
  world = await onlineWorld();
  bob = await presencePerson(50, []);
});

function at(number: number): PresenceRelay {
  const relay = world.relays[number];
  if (relay === undefined) throw new RangeError('no such relay');
  return relay;
}

/** Bob holds a reservation on a relay and takes calls; what he publishes reaches every relay. */
async function bringBob(relay: PresenceRelay, record: PresenceEnvelope): Promise<void> {
  const node = world.network.join(bob.device);
  await node.reserve(relay.address, never);
  node.accept(CALL_PROTOCOL, () => undefined);
  publish(record);
}
function publish(...records: PresenceEnvelope[]): void {
  for (const { relay } of world.relays) {
    relay.answer(LOOKUP_PROTOCOL, () => LOOKUP_RESPONSE.encode({ records }));
  }
}
/** Reaches Bob by his key alone, letting time pass as it needs. */
async function reachBob(online: Online): Promise<string> {
  let outcome: string | undefined;
  online.reach.first(bob.key, CALL_PROTOCOL, { signal: never }).then(
    ({ device }) => (outcome = device),
    (failure: unknown) => (outcome = (failure as Error).message),
  );
  for (let seconds = 0; seconds < 60 && outcome === undefined; seconds += 1) {
    await settled();
    await world.clock.advance(1_000);
  }
  return outcome ?? 'nothing';
}

describe('finding', () => {
  test('by key alone, on whatever relay of the network the person is', async () => {
    const { scope, online } = await goAlice(world);
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    expect(await reachBob(online)).toBe(bob.device);
    await scope.stop();
  });

  test('a relay that dies while it is asked does not end the search', async () => {
    const { scope, online } = await goAlice(world);
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    const inUse = online.keeper.reserved.map((address) => world.network.relayAt(address));
    // Nobody answers any more, and one after the other goes.
    for (const relay of inUse) relay?.answer(LOOKUP_PROTOCOL, () => new Promise(() => undefined));
    const reaching = reachBob(online);
    await settled();
    for (const relay of inUse) relay?.stop();
    expect(await reaching).toBe(bob.device);
    await scope.stop();
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
    'three of ten relays say nothing, nonsense, or lies: still found, and never where the lies lead (seed %i)',
    async (seed) => {
      const chance = new SeededRandom(seed);
      const { scope, online } = await goAlice(world, seed);
      await reservations(online, 3);
      const issued = TEST_EPOCH;
      const evil = at(0).address.replace('relay-100', 'evil') as RelayAddress;
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
      const liars = shuffled(world.relays.slice(0, 9), chance).slice(0, 3);
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
      expect(online.finder.cached(bob.key)).toMatchObject([{ relays: [at(9).address] }]);
      await scope.stop();
    },
  );

  test('all relays in use lie: others are asked', async () => {
    const { scope, online } = await goAlice(world);
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    for (const address of online.keeper.reserved) {
      world.network
        .relayAt(address)
        ?.answer(LOOKUP_PROTOCOL, () => LOOKUP_RESPONSE.encode({ records: [] }));
    }
    expect(await reachBob(online)).toBe(bob.device);
    await scope.stop();
  });

  test('an older record that is played back after a newer one was seen leads nowhere', async () => {
    const { scope, online } = await goAlice(world);
    await reservations(online, 3);
    await bringBob(at(9), await bob.record({ issued: TEST_EPOCH, relays: [at(9).address] }));
    expect(await reachBob(online)).toBe(bob.device);
    publish(await bob.record({ issued: TEST_EPOCH - 1_000, relays: [at(3).address] }));
    expect(await reachBob(online)).toBe(bob.device);
    expect(online.finder.cached(bob.key)).toMatchObject([{ relays: [at(9).address] }]);
    await scope.stop();
  });
});

function shuffled<T>(given: readonly T[], chance: SeededRandom): readonly T[] {
  return given
    .map((value) => ({ value, place: chance.unit() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
