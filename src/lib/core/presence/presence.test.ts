import { beforeEach, describe, expect, test } from 'vitest';
import type { Bytes } from '#lib/domain/bytes.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { signCertificate } from '#lib/protocol/device-certificate.ts';
import { signDeviceList } from '#lib/protocol/device-list.ts';
import { generatePair, signerOf } from '#lib/protocol/ed25519.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { PRESENCE_TTL_MS } from '#lib/protocol/limits.ts';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import {
  openPresence,
  PRESENCE_ENVELOPE,
  presenceDay,
  sealPresence,
} from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope, PresenceRecord } from '#lib/protocol/presence-record.ts';
import type { Signer } from '#lib/protocol/signed.ts';
import { equalBytes } from '#lib/domain/bytes.ts';
import { until } from '#lib/testing/fake-clock.ts';
import { createFinder } from './finder.ts';
import type { Finder } from './finder.ts';
import type { Presence } from './person-records.ts';
import { createPublisher } from './publisher.ts';
import { createReach } from './reach.ts';

const DAY = 86_400_000;
const NOON = 20_000 * DAY + DAY / 2;
const never = new AbortController().signal;
/** The address of a relay by a short name. */
const at = (name: string): string =>
  `/dns4/${name.toLowerCase()}.example/tcp/443/wss/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN`;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

interface Person {
  readonly key: IdentityKey;
  readonly identity: Signer;
  readonly device: DeviceKey;
  record(options?: {
    relays?: string[];
    sequence?: number;
    issued?: number;
    epoch?: number;
  }): Promise<PresenceEnvelope>;
}

async function person(): Promise<Person> {
  const identity = signerOf(await generatePair());
  const device = signerOf(await generatePair());
  return {
    key: identityKeyOf(identity.publicKey),
    identity,
    device: deviceKeyOf(device.publicKey),
    async record({ relays = [at('R1')], sequence = 1, issued = NOON, epoch = 1 } = {}) {
      const certificate = await signCertificate(identity, {
        identity: identity.publicKey,
        device: device.publicKey,
        deviceName: 'test',
        issued,
        expires: issued + 365 * DAY,
      });
      const devices = await signDeviceList(identity, { epoch, certificates: [certificate] });
      const expires = issued + PRESENCE_TTL_MS;
      const nonce = crypto.getRandomValues(new Uint8Array(12));
      return sealPresence(identity, { devices, relays, sequence, issued, expires }, nonce);
    },
  };
}

/** Relays that keep what they are given, dead ones, and devices that answer through some relays. */
class World {
  now = NOON;
  timers: { at: number; run: () => void }[] = [];
  relays = new Map<string, PresenceEnvelope[]>();
  silent = new Set<string>();
  there = new Map<DeviceKey, string>();
  opened: string[] = [];
  /** Publications that do not reach every relay. */
  missed = 0;
  epochs = new Map<IdentityKey, number>();
  seen: Presence[] = [];
  reserved: string[] = [at('R1')];
  spares: string[] = [];
  onReserved = (): void => undefined;

  clock = {
    now: () => this.now,
    after: (delay: number, run: () => void) => {
      const timer = { at: this.now + delay, run };
      this.timers.push(timer);
      return () => void (this.timers = this.timers.filter((one) => one !== timer));
    },
  };

  advance(ms: number): void {
    this.now += ms;
    const due = this.timers.filter(({ at }) => at <= this.now);
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
  }

  network = {
    ask: (relay: string, _: string, request: Bytes, signal: AbortSignal): Promise<Bytes> => {
      if (this.silent.has(relay)) {
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new WoxlyError('aborted'));
          });
        });
      }
      const kept = this.relays.get(relay);
      if (kept === undefined) return Promise.reject(new WoxlyError('unreachable'));
      const tags = LOOKUP_REQUEST.decode(request)?.tags ?? [];
      const records = kept.filter(({ tag }) => tags.some((asked) => equalBytes(asked, tag)));
      return Promise.resolve(LOOKUP_RESPONSE.encode({ records }));
    },
    open: (device: DeviceKey, _: string, relays: readonly string[]): Promise<FrameChannel> => {
      this.opened.push(`${device} ${relays.join()}`);
      const relay = this.there.get(device);
      if (relay === undefined || !relays.includes(relay)) {
        return Promise.reject(new WoxlyError('no-reservation'));
      }
      const nothing = () => undefined;
      return Promise.resolve({ device, send: nothing, listen: nothing, close: nothing });
    },
    publish: (_: string, message: Bytes): Promise<boolean> => {
      const envelope = PRESENCE_ENVELOPE.decode(message);
      if (envelope === undefined || this.relays.size === 0) return Promise.reject(new Error('no'));
      for (const kept of this.relays.values()) kept.push(envelope);
      return Promise.resolve(this.missed-- <= 0);
    },
  };

  finder(): Finder {
    return createFinder({
      clock: this.clock,
      network: this.network,
      minEpoch: (key) => this.epochs.get(key) ?? 0,
      onSeen: (_, presence) => void this.seen.push(presence),
    });
  }

  async find(key: IdentityKey, relays = [...this.relays.keys()]): Promise<Presence | undefined> {
    let last: Presence | undefined;
    await this.finder().lookup(key, relays, never, (presence) => (last = presence));
    return last;
  }
}

let world: World;
let bob: Person;
beforeEach(async () => {
  world = new World();
  bob = await person();
});

describe('finding', () => {
  test('a person is found by key alone, with devices and relays', async () => {
    world.relays.set(at('R1'), [await bob.record({ relays: [at('R1'), at('R7')] })]);
    const found = await world.find(bob.key);
    expect(found).toMatchObject({ devices: [bob.device], relays: [at('R1'), at('R7')] });
    expect(world.seen).toHaveLength(1);
  });

  test('the highest sequence of all relays wins', async () => {
    world.relays.set(at('R1'), [await bob.record({ sequence: 5, relays: [at('new')] })]);
    world.relays.set(at('R2'), [await bob.record({ sequence: 4, relays: [at('old')] })]);
    expect((await world.find(bob.key))?.relays).toEqual([at('new')]);
  });

  test('forged, foreign and expired records are passed over', async () => {
    const genuine = await bob.record({ relays: [at('true')] });
    const mallory = await person();
    const foreign = await mallory.record({ sequence: 99 });
    world.relays.set(at('R1'), [
      { ...foreign, tag: genuine.tag },
      { ...genuine, sealed: genuine.sealed.map((byte, place) => (place === 40 ? byte ^ 1 : byte)) },
      await bob.record({ sequence: 98, issued: NOON - PRESENCE_TTL_MS - 1 }),
      genuine,
    ]);
    expect((await world.find(bob.key))?.relays).toEqual([at('true')]);
  });

  test('an older record played back later is not believed', async () => {
    const [older, newer] = [
      await bob.record({ sequence: 4, relays: [at('old')] }),
      await bob.record({ sequence: 5, relays: [at('new')] }),
    ];
    const finder = world.finder();
    const seen: (readonly string[])[] = [];
    for (const records of [[newer], [older], [newer]]) {
      world.relays.set(at('R1'), records);
      await finder.lookup(bob.key, [at('R1')], never, ({ relays }) => seen.push(relays));
    }
    expect(seen).toEqual([[at('new')], [at('new')]]);
    expect(finder.cached(bob.key)?.relays).toEqual([at('new')]);
  });

  test('what a record names besides relays is left out', async () => {
    const relays = ['/ip4/10.0.0.1/tcp/22', 'javascript:alert(1)', at('R1')];
    world.relays.set(at('R1'), [await bob.record({ relays })]);
    expect((await world.find(bob.key))?.relays).toEqual([at('R1')]);
  });

  test('a device list older than one accepted before is refused', async () => {
    world.relays.set(at('R1'), [await bob.record({ epoch: 3 })]);
    world.epochs.set(bob.key, 4);
    expect(await world.find(bob.key)).toBeUndefined();
  });

  test('a record of just before midnight is found just after it', async () => {
    const midnight = 20_001 * DAY;
    world.relays.set(at('R1'), [await bob.record({ issued: midnight - 60_000 })]);
    world.now = midnight + 60_000;
    expect(await world.find(bob.key)).toBeDefined();
  });

  test('a relay that says nothing does not keep the others from being heard', async () => {
    world.relays.set(at('R1'), [await bob.record()]);
    world.silent.add(at('R0'));
    let found: Presence | undefined;
    const looking = world
      .finder()
      .lookup(bob.key, [at('R0'), at('R1')], never, (presence) => (found = presence));
    await settle();
    expect(found).toBeDefined();
    world.advance(5_000);
    expect(await looking).toBe(true);
  });

  test('tells when no relay answered at all', async () => {
    const answered = await world.finder().lookup(bob.key, [at('dead')], never, () => undefined);
    expect(answered).toBe(false);
  });
});

describe('publishing', () => {
  const publisher = async (reserved: string[]) => {
    const list = await signDeviceList(bob.identity, {
      epoch: 1,
      certificates: [
        await signCertificate(bob.identity, {
          identity: bob.identity.publicKey,
          device: bob.identity.publicKey,
          deviceName: 'x',
          issued: NOON,
          expires: NOON + 365 * DAY,
        }),
      ],
    });
    return createPublisher({
      clock: world.clock,
      random: { bytes: (n) => crypto.getRandomValues(new Uint8Array(n)), unit: () => 0.5 },
      log: { info: () => undefined, warn: () => undefined },
      network: world.network,
      identity: bob.identity,
      deviceList: () => list,
      reserved: () => reserved,
      hidden: () => false,
    });
  };

  test('a published record is found, again after its life, and after a change of relays', async () => {
    world.relays.set(at('R1'), []);
    const reserved = [at('R1')];
    const publishing = await publisher(reserved);
    publishing.refresh();
    await settle();
    expect((await world.find(bob.key))?.relays).toEqual([at('R1')]);

    reserved.push(at('R2'));
    publishing.refresh();
    await settle();
    expect((await world.find(bob.key))?.relays).toEqual([at('R1'), at('R2')]);

    for (let minutes = 0; minutes < 40; minutes += 1) {
      world.advance(60_000);
      await settle();
    }
    expect(await world.find(bob.key)).toBeDefined();
  });

  test('nothing is published twice for one change, nor without a relay', async () => {
    world.relays.set(at('R1'), []);
    const reserved: string[] = [];
    const publishing = await publisher(reserved);
    publishing.refresh();
    await settle();
    expect(world.relays.get(at('R1'))).toHaveLength(0);
    reserved.push(at('R1'));
    publishing.refresh();
    publishing.refresh();
    await settle();
    publishing.refresh();
    await settle();
    expect(world.relays.get(at('R1'))).toHaveLength(1);
  });

  test('a publication that a relay missed is sent again soon', async () => {
    world.relays.set(at('R1'), []);
    world.missed = 1;
    const publishing = await publisher([at('R1')]);
    publishing.refresh();
    await until(() => world.timers.length === 1, 'a next attempt');
    world.advance(3_000);
    await until(() => world.relays.get(at('R1'))?.length === 2, 'published again');
    await until(() => world.timers.length === 1, 'a renewal');
    world.advance(60_000);
    await settle();
    expect(world.relays.get(at('R1'))).toHaveLength(2);
  });

  test('a failed publication is tried again', async () => {
    const publishing = await publisher([at('R1')]);
    publishing.refresh();
    await until(() => world.timers.length === 1, 'a next attempt');
    world.relays.set(at('R1'), []);
    world.advance(3_000);
    await until(() => world.relays.get(at('R1'))?.length === 1, 'published');
  });
});

describe('what a record says of the person', () => {
  const NAME = at('R1');
  const publishing = async (reserved: string[], hidden?: () => boolean) => {
    const list = await signDeviceList(bob.identity, { epoch: 1, certificates: [] });
    return createPublisher({
      clock: world.clock,
      random: { bytes: (n) => crypto.getRandomValues(new Uint8Array(n)), unit: () => 0.5 },
      log: { info: () => undefined, warn: () => undefined },
      network: world.network,
      identity: bob.identity,
      deviceList: () => list,
      reserved: () => reserved,
      hidden: hidden ?? (() => false),
    });
  };
  const records = async (): Promise<PresenceRecord[]> => {
    const opened = (world.relays.get(NAME) ?? []).map((envelope) =>
      openPresence(envelope, bob.identity.publicKey, presenceDay(world.now), world.now),
    );
    return (await Promise.all(opened)).filter((record) => record !== undefined);
  };
  beforeEach(() => void world.relays.set(NAME, []));

  test('hidden while the person does not share it, told anew at every change', async () => {
    let hidden = false;
    const publisher = await publishing([NAME], () => hidden);
    publisher.refresh();
    await settle();
    for (hidden of [true, false]) {
      publisher.refresh();
      await settle();
    }
    expect((await records()).map((record) => record.hidden)).toEqual([undefined, true, undefined]);
  });

  test('goodbye: the last record names no relay and is the newest', async () => {
    const publisher = await publishing([NAME]);
    publisher.refresh();
    await settle();
    await publisher.stop();
    const [there, gone] = await records();
    expect(there?.relays).toEqual([NAME]);
    expect(gone?.relays).toEqual([]);
    expect(gone?.sequence).toBeGreaterThan(there?.sequence ?? Infinity);
    expect(world.timers).toEqual([]);
  });

  test('who was never there says no goodbye, and a dead relay does not hold up leaving', async () => {
    const quiet = await publishing([]);
    quiet.refresh();
    await quiet.stop();
    expect(await records()).toEqual([]);
    const publisher = await publishing([NAME]);
    publisher.refresh();
    await settle();
    world.network.publish = () => new Promise(() => undefined);
    const stopping = publisher.stop();
    await settle();
    world.advance(500);
    await stopping;
  });

  test('the order of relays, which changes with every measurement, is no change', async () => {
    const reserved = [NAME, at('R2')];
    const publisher = await publishing(reserved);
    publisher.refresh();
    await settle();
    reserved.reverse();
    publisher.refresh();
    await settle();
    expect(await records()).toHaveLength(1);
  });
});

describe('reaching', () => {
  const reach = (
    hints: { devices?: DeviceKey[]; relays?: string[] } = {},
    only?: DeviceKey,
    ownRelaysOnly = false,
  ) => {
    let found = 0;
    const ports = {
      clock: world.clock,
      network: world.network,
      finder: world.finder(),
      reserved: () => world.reserved,
      spares: () => world.spares,
      watchReserved: (onChange: () => void) => {
        world.onReserved = onChange;
        return () => void (world.onReserved = () => undefined);
      },
    };
    const outcome = createReach(ports)
      .reach(
        bob.key,
        { devices: hints.devices ?? [], relays: hints.relays ?? [] },
        {
          onFound: () => (found += 1),
          signal: never,
          ownRelaysOnly,
          ...(only && { device: only }),
        },
      )
      .then(
        (channel) => channel.device,
        (failure: unknown) => (failure as WoxlyError).reason,
      );
    return { outcome, found: () => found };
  };
  const patiently = async <T>(outcome: Promise<T>): Promise<T> => {
    for (let seconds = 0; seconds < 12; seconds += 1) {
      await settle();
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
    await settle();
    world.relays.set(at('R1'), [await bob.record()]);
    world.there.set(bob.device, at('R1'));
    expect(await patiently(outcome)).toBe(bob.device);
  });

  test('a peer does not make us dial where it likes: own relays only, and no lookup', async () => {
    world.relays.set(at('R1'), [await bob.record({ relays: [at('evil')] })]);
    const hints = { devices: [bob.device], relays: [at('evil')] };
    expect(await patiently(reach(hints, bob.device, true).outcome)).toBe('not-reachable');
    expect(new Set(world.opened)).toEqual(new Set([`${bob.device} ${at('R1')}`]));
  });

  test('nonsense is no answer', async () => {
    world.network.ask = () => Promise.resolve(Uint8Array.of(0xff, 0xff));
    expect(await patiently(reach().outcome)).toBe('offline');
  });

  test('a relay that dies while it is asked: another one that is reserved meanwhile is asked at once', async () => {
    world.silent.add(at('R1'));
    const { outcome } = reach();
    await settle();
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
    await settle();
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
    world.relays.set(names[7] ?? '', [await bob.record({ relays: [at('R9')] })]);
    world.there.set(bob.device, at('R9'));
    world.spares = names;
    expect(await patiently(reach().outcome)).toBe(bob.device);
    world.there.clear();
    world.opened = [];
    await patiently(reach({}, bob.device, true).outcome);
    expect(new Set(world.opened)).toEqual(new Set([`${bob.device} ${at('R1')}`]));
  });

  test('a device that is known is dialled through a relay that comes later', async () => {
    world.silent.add(at('R1'));
    world.relays.set(at('R3'), []);
    world.there.set(bob.device, at('R3'));
    const { outcome } = reach({ devices: [bob.device] });
    await settle();
    world.reserved = [at('R3')];
    world.onReserved();
    expect(await outcome).toBe(bob.device);
  });

  test('who has said goodbye is known and not reachable', async () => {
    world.relays.set(at('R1'), [await bob.record({ relays: [] })]);
    expect(await patiently(reach().outcome)).toBe('not-reachable');
  });

  test('only the device asked for, when a channel is opened again', async () => {
    const other = (await person()).device;
    world.relays.set(at('R1'), [await bob.record()]);
    world.there.set(bob.device, at('R1'));
    expect(await patiently(reach({}, other).outcome)).not.toBe(bob.device);
    expect(world.opened.every((opened) => opened.startsWith(other))).toBe(true);
  });
});
