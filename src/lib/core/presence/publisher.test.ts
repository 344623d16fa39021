import { beforeEach, describe, expect, test } from 'vitest';
import { createScope } from '#lib/domain/scope.ts';
import type { Scope } from '#lib/domain/scope.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { signCertificate } from '#lib/protocol/device-certificate.ts';
import { signDeviceList } from '#lib/protocol/device-list.ts';
import { openPresence, presenceDay } from '#lib/protocol/presence-record.ts';
import type { PresenceRecord } from '#lib/protocol/presence-record.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { settled, until } from '#lib/testing/fake-clock.ts';
import { at, DAY, NOON, personAtNoon, PresenceWorld } from '#lib/testing/presence-world.ts';
import { createPublisher } from './publisher.ts';
import type { Publisher, PublisherPorts } from './publisher.ts';

const R1 = at('R1');
const OTHER =
  '/dns4/other.example/tcp/443/wss/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp' as RelayAddress;
const bob = await personAtNoon(2);
const devices = await signDeviceList(bob.identity, {
  epoch: 1,
  certificates: [
    await signCertificate(bob.identity, bob.identity, {
      deviceName: 'x',
      issued: NOON,
      expires: NOON + 365 * DAY,
    }),
  ],
});

let world: PresenceWorld;
let scope: Scope;
beforeEach(() => {
  world = new PresenceWorld();
  scope = createScope();
  world.relays.set(R1, []);
});

/** Says for Bob where he is, once it is told to. */
function publishing(
  reserved: RelayAddress[] | (() => readonly RelayAddress[]),
  network: PublisherPorts['network'] = world.network,
  hidden: () => boolean = () => false,
): Publisher {
  return createPublisher({
    clock: world.clock,
    random: { bytes: (n) => crypto.getRandomValues(new Uint8Array(n)), unit: () => 0.5 },
    log: { info: () => undefined, warn: () => undefined },
    network,
    identity: bob.identity,
    device: bob.identity.publicKey,
    deviceList: () => devices,
    reserved: typeof reserved === 'function' ? reserved : () => reserved,
    hidden,
    mayMove: () => world.mayMove,
    scope,
  });
}

/** What Bob has said at R1. */
async function records(): Promise<PresenceRecord[]> {
  const opened = (world.relays.get(R1) ?? []).map((envelope) =>
    openPresence(envelope, bob.identity.publicKey, presenceDay(world.now), world.now),
  );
  return (await Promise.all(opened)).filter((record) => record !== undefined);
}

test('a published record is found, again after its life, and after a change of relays', async () => {
  const reserved = [R1];
  const publisher = publishing(reserved);
  publisher.refresh();
  await settled();
  expect((await world.find(bob.key))?.relays).toEqual([R1]);

  reserved.push(at('R2'));
  publisher.refresh();
  await settled();
  expect((await world.find(bob.key))?.relays).toEqual([R1, at('R2')]);

  for (let minutes = 0; minutes < 40; minutes += 1) {
    world.advance(60_000);
    await settled();
  }
  expect(await world.find(bob.key)).toBeDefined();
});

test('nothing is published twice for one change, nor without a relay', async () => {
  const reserved: RelayAddress[] = [];
  const publisher = publishing(reserved);
  publisher.refresh();
  await settled();
  expect(world.relays.get(R1)).toHaveLength(0);
  reserved.push(R1);
  publisher.refresh();
  publisher.refresh();
  await settled();
  publisher.refresh();
  await settled();
  expect(world.relays.get(R1)).toHaveLength(1);
});

test('a publication that a relay missed is sent again soon', async () => {
  world.missed = 1;
  const publisher = publishing([R1]);
  publisher.refresh();
  await until(() => world.timers.length === 1, 'a next attempt');
  world.advance(3_000);
  await until(() => world.relays.get(R1)?.length === 2, 'published again');
  await until(() => world.timers.length === 1, 'a renewal');
  world.advance(60_000);
  await settled();
  expect(world.relays.get(R1)).toHaveLength(2);
});

test('a failed publication is tried again', async () => {
  world.relays.clear();
  const publisher = publishing([R1]);
  publisher.refresh();
  await until(() => world.timers.length === 1, 'a next attempt');
  world.relays.set(R1, []);
  world.advance(3_000);
  await until(() => world.relays.get(R1)?.length === 1, 'published');
});

describe('a relay that misses one publication after the other', () => {
  /** Lets that many publications go by. Resolves to how often a relay was dialled anew after each. */
  async function redials(publications: number): Promise<number[]> {
    const seen: number[] = [];
    for (let count = 0; count < publications; count += 1) {
      const before = world.relays.get(R1)?.length ?? 0;
      world.advance(60_000);
      await until(() => (world.relays.get(R1)?.length ?? 0) > before, 'published');
      await until(() => world.timers.length === 1, 'a next attempt');
      seen.push(world.released.length);
    }
    return seen;
  }

  test('is dialled anew, less and less often', async () => {
    world.missed = Infinity;
    publishing([R1]).refresh();
    await until(() => world.timers.length === 1, 'a next attempt');
    expect(await redials(14)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3]);
  });

  test('is kept in a call, and dialled anew at the first chance after it', async () => {
    world.missed = Infinity;
    world.mayMove = false;
    publishing([R1]).refresh();
    await until(() => world.timers.length === 1, 'a next attempt');
    expect(await redials(7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    world.mayMove = true;
    expect(await redials(1)).toEqual([1]);
  });

  test('beside a good one is dialled anew less and less often as well', async () => {
    const both = [R1, OTHER];
    let reserved: readonly RelayAddress[] = both;
    const released: number[] = [];
    let publications = 0;
    const publisher = publishing(() => reserved, {
      publish: () => {
        publications += 1;
        return Promise.resolve(reserved.includes(OTHER) ? [relayIdOf(OTHER)] : []);
      },
      release: (relay) => {
        released.push(publications);
        reserved = reserved.filter((one) => one !== relay);
        world.clock.after(1_000, () => {
          reserved = both;
          publisher.refresh();
        });
      },
    });
    publisher.refresh();
    while (publications < 20) {
      await settled();
      world.advance(20_000);
    }
    expect(released.length).toBeLessThan(4);
  });
});

describe('what a record says of the person', () => {
  test('hidden while the person does not share it, told anew at every change', async () => {
    let hidden = false;
    const publisher = publishing([R1], world.network, () => hidden);
    publisher.refresh();
    await settled();
    for (hidden of [true, false]) {
      publisher.refresh();
      await settled();
    }
    expect((await records()).map((record) => record.hidden)).toEqual([undefined, true, undefined]);
  });

  test('goodbye: the last record names no relay and is the newest', async () => {
    const publisher = publishing([R1]);
    publisher.refresh();
    await settled();
    await scope.stop();
    const [there, gone] = await records();
    expect(there?.relays).toEqual([R1]);
    expect(gone?.relays).toEqual([]);
    expect(gone?.sequence).toBeGreaterThan(there?.sequence ?? Infinity);
    expect(world.timers).toEqual([]);
  });

  test('who was never there says no goodbye, and a dead relay does not hold up leaving', async () => {
    const quiet = publishing([]);
    quiet.refresh();
    await scope.stop();
    expect(await records()).toEqual([]);
    scope = createScope();
    const publisher = publishing([R1]);
    publisher.refresh();
    await settled();
    world.network.publish = () => new Promise(() => undefined);
    const stopping = scope.stop();
    await settled();
    world.advance(500);
    await stopping;
  });

  test('the order of relays, which changes with every measurement, is no change', async () => {
    const reserved = [R1, at('R2')];
    const publisher = publishing(reserved);
    publisher.refresh();
    await settled();
    reserved.reverse();
    publisher.refresh();
    await settled();
    expect(await records()).toHaveLength(1);
  });
});
