import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { WoxlyError } from '#lib/domain/errors.ts';
import type { ReachHints } from '#lib/domain/contact.ts';
import type { DeviceKey, RelayAddress } from '#lib/domain/ids.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { settled } from '#lib/testing/fake-clock.ts';
import { at, never, NOON, personAtNoon, PresenceWorld } from '#lib/testing/presence-world.ts';
import { createReach } from './reach.ts';

const bob = await personAtNoon(2);
const carol = await personAtNoon(4);

let world: PresenceWorld;
beforeEach(() => void (world = new PresenceWorld()));

/** With what is remembered of the person. */
const reaching = (
  { devices = [], relays = [] }: Partial<ReachHints> = {},
  list?: readonly DeviceKey[],
) =>
  createReach({
    clock: world.clock,
    network: world.network,
    finder: world.finder(),
    known: () => ({ hints: { devices, relays }, ...(list && { devices: list }) }),
    usable: () => world.reserved,
    spares: () => world.spares,
    watchUsable: (onChange: () => void) => {
      world.onReserved = onChange;
      return () => void (world.onReserved = () => undefined);
    },
  });

describe('reaching', () => {
  const reach = (
    hints: Partial<ReachHints> = {},
    only?: DeviceKey,
    onlyThrough?: readonly RelayAddress[],
  ) => {
    let found = 0;
    const outcome = reaching(hints)
      .first(bob.key, CALL_PROTOCOL, {
        onFound: () => (found += 1),
        signal: never,
        ...(onlyThrough && { onlyThrough }),
        ...(only && { device: only }),
      })
      .then(
        (channel) => channel.device,
        (failure: unknown) => (failure as WoxlyError).reason,
      );
    return { outcome, found: () => found };
  };
  const patiently = async <T>(outcome: Promise<T>): Promise<T> => {
    for (let seconds = 0; seconds < 12; seconds += 1) {
      await settled();
      world.advance(1_000);
    }
    return outcome;
  };

  test('by key alone, through the relay that the record names', async () => {
    world.relays.set(at('R1'), [await bob.record({ relays: [at('R9')] })]);
    world.there.set(bob.device, at('R9'));
    const { outcome, found } = reach();
    expect(await outcome).toBe(bob.device);
    expect(found()).toBeGreaterThan(0);
  });

  test('by the hints of an invite, where no relay of ours knows the person', async () => {
    world.relays.set(at('R1'), []);
    world.there.set(bob.device, at('R5'));
    expect(await reach({ devices: [bob.device], relays: [at('R5')] }).outcome).toBe(bob.device);
  });

  test('by the relay of an invite, asked for a newer device', async () => {
    world.relays.set(at('R5'), [await bob.record({ relays: [at('R5')] })]);
    world.there.set(bob.device, at('R5'));
    expect(await reach({ relays: [at('R5')] }).outcome).toBe(bob.device);
  });

  test('nobody knows the key: not found', async () => {
    world.relays.set(at('R1'), []);
    expect(await patiently(reach().outcome)).toBe('not-found');
  });

  test('a device is known and does not answer: not reachable', async () => {
    world.relays.set(at('R1'), [await bob.record()]);
    const { outcome, found } = reach();
    expect(await patiently(outcome)).toBe('not-reachable');
    expect(found()).toBeGreaterThan(0);
  });

  test('no relay answers: offline', async () => {
    expect(await patiently(reach().outcome)).toBe('offline');
  });

  test('somebody who comes a moment later is reached', async () => {
    world.relays.set(at('R1'), []);
    const { outcome } = reach();
    await settled();
    world.relays.set(at('R1'), [await bob.record()]);
    world.there.set(bob.device, at('R1'));
    expect(await patiently(outcome)).toBe(bob.device);
  });

  test('a peer does not make us dial where it likes: own relays only, and no lookup', async () => {
    world.relays.set(at('R1'), [await bob.record({ relays: [at('evil')] })]);
    const hints = { devices: [bob.device], relays: [at('evil')] };
    expect(await patiently(reach(hints, bob.device, []).outcome)).toBe('not-reachable');
    expect(new Set(world.opened)).toEqual(new Set([`${bob.device} ${at('R1')}`]));
  });

  test('of the relays of a peer we dial those that we have chosen before', async () => {
    world.relays.set(at('R1'), [await bob.record({ relays: [at('evil')] })]);
    world.there.set(bob.device, at('R2'));
    const hints = { devices: [bob.device], relays: [at('evil')] };
    expect(await patiently(reach(hints, bob.device, [at('R2')]).outcome)).toBe(bob.device);
    expect(world.opened.join()).not.toContain(at('evil'));
  });

  test('nonsense is no answer', async () => {
    world.network.ask = () => Promise.resolve(Uint8Array.of(0xff, 0xff));
    expect(await patiently(reach().outcome)).toBe('offline');
  });

  test('a relay that dies while it is asked: another one that is reserved meanwhile is asked at once', async () => {
    world.silent.add(at('R1'));
    const { outcome } = reach();
    await settled();
    world.relays.set(at('R2'), [await bob.record({ relays: [at('R9')] })]);
    world.there.set(bob.device, at('R9'));
    world.reserved = [at('R2')];
    world.onReserved();
    expect(await outcome).toBe(bob.device);
    expect(world.now).toBe(NOON);
  });

  test('a lookup that nobody answered is made again as soon as a relay is reserved', async () => {
    world.reserved = [];
    const { outcome } = reach();
    await settled();
    world.relays.set(at('R2'), [await bob.record({ relays: [at('R2')] })]);
    world.there.set(bob.device, at('R2'));
    world.reserved = [at('R2')];
    world.onReserved();
    expect(await outcome).toBe(bob.device);
    expect(world.now).toBe(NOON);
  });

  test('what one’s own relays do not know, others are asked, a few at a time', async () => {
    const names = Array.from({ length: 9 }, (_, number) => at(`S${number}`));
    world.relays.set(at('R1'), []);
    for (const name of names) world.relays.set(name, []);
    world.relays.set(at('S7'), [await bob.record({ relays: [at('R9')] })]);
    world.there.set(bob.device, at('R9'));
    world.spares = names;
    expect(await patiently(reach().outcome)).toBe(bob.device);
    world.there.clear();
    world.opened = [];
    await patiently(reach({}, bob.device, []).outcome);
    expect(new Set(world.opened)).toEqual(new Set([`${bob.device} ${at('R1')}`]));
  });

  test('a device that is known is dialled through a relay that comes later', async () => {
    world.silent.add(at('R1'));
    world.relays.set(at('R3'), []);
    world.there.set(bob.device, at('R3'));
    const { outcome } = reach({ devices: [bob.device] });
    await settled();
    world.reserved = [at('R3')];
    world.onReserved();
    expect(await outcome).toBe(bob.device);
  });

  test('who has said goodbye is known and not reachable', async () => {
    world.relays.set(at('R1'), [await bob.record({ relays: [] })]);
    expect(await patiently(reach().outcome)).toBe('not-reachable');
  });

  test('no device that the person has left out, though an old link names it', async () => {
    const old = carol.device;
    for (const device of [old, bob.device]) world.there.set(device, at('R1'));
    const known = { devices: [bob.device], relays: [at('R1')] };
    const hints = { devices: [old], relays: [at('R1')] };
    const reach = reaching(known, [bob.device]);
    const channel = await reach.first(bob.key, CALL_PROTOCOL, { hints, signal: never });
    expect(channel.device).toBe(bob.device);
    expect(world.opened.some((opened) => opened.startsWith(old))).toBe(false);
  });

  test('only the device asked for, when a channel is opened again', async () => {
    const other = carol.device;
    world.relays.set(at('R1'), [await bob.record()]);
    world.there.set(bob.device, at('R1'));
    expect(await patiently(reach({}, other).outcome)).not.toBe(bob.device);
    expect(world.opened.every((opened) => opened.startsWith(other))).toBe(true);
  });
});

describe('every device', () => {
  const devices = [bob.device, carol.device];
  const all = (signal = never) => reaching({ devices }).each(bob.key, CALL_PROTOCOL, { signal });

  test('that answers has a channel, each one only', async () => {
    for (const device of devices) world.there.set(device, at('R1'));
    world.relays.set(at('R1'), [await bob.record()]);
    const opened: DeviceKey[] = [];
    for await (const channel of all()) opened.push(channel.device);
    expect(opened.toSorted()).toEqual(devices.toSorted());
  });

  test('who has enough gets no more, and what opened meanwhile is closed', async () => {
    for (const device of devices) world.there.set(device, at('R1'));
    const closed: DeviceKey[] = [];
    const open = world.network.open;
    vi.spyOn(world.network, 'open').mockImplementation(async (...given) => {
      const channel = await open(...given);
      return { ...channel, close: () => void closed.push(channel.device) };
    });
    for await (const { device } of all()) {
      expect(device).toBe(bob.device);
      break;
    }
    await settled();
    expect(closed).toEqual([carol.device]);
  });

  test('if none answers it is said why', async () => {
    world.relays.set(at('R1'), []);
    const opened = all().next();
    const outcome = opened.catch((failure: unknown) => (failure as WoxlyError).reason);
    for (let seconds = 0; seconds < 12; seconds += 1) {
      await settled();
      world.advance(1_000);
    }
    expect(await outcome).toBe('not-reachable');
  });
});
