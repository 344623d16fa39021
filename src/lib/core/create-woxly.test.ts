import { beforeEach, expect, test } from 'vitest';
import { equalBytes } from '#lib/domain/bytes.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { FakeAttention } from '#lib/testing/fake-attention.ts';
import { FakeClock, until } from '#lib/testing/fake-clock.ts';
import { FakeIceProbe } from '#lib/testing/fake-ice-probe.ts';
import { FakeAir, FakeMediaPaths } from '#lib/testing/fake-media.ts';
import { FakeMicrophones } from '#lib/testing/fake-microphones.ts';
import { FakePageLife } from '#lib/testing/fake-page-life.ts';
import { MemoryNetwork } from '#lib/testing/memory-network.ts';
import type { MemoryRelay } from '#lib/testing/memory-network.ts';
import { memoryStores } from '#lib/testing/memory-stores.ts';
import type { MemoryStores } from '#lib/testing/memory-stores.ts';
import { memoryVault } from '#lib/testing/memory-vault.ts';
import { SeededRandom } from '#lib/testing/seeded-random.ts';
import { createWoxly } from './create-woxly.ts';
import type { Woxly } from './woxly.ts';

const RELAY =
  '/dns4/relay.example/tcp/443/wss/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN' as RelayAddress;

/** One browser: what it stores outlives the app that runs in it. */
class Browser {
  readonly stores: MemoryStores = memoryStores();
  readonly vault = memoryVault();
  readonly #seed: number;
  networkFails = 0;
  relayListFails = 0;
  readonly pageLife = new FakePageLife();

  constructor(seed: number) {
    this.#seed = seed;
  }

  open(): Promise<Woxly> {
    const { stores, vault } = this;
    return createWoxly({
      clock,
      steady: clock,
      random: new SeededRandom(this.#seed),
      log: { info: () => undefined, warn: () => undefined },
      pageLife: this.pageLife,
      stores,
      vault,
      relayList: {
        load: () =>
          this.relayListFails-- > 0 ? Promise.reject(new Error('no')) : Promise.resolve([RELAY]),
        clockOffsetMs: undefined,
        describe: () => Promise.resolve(undefined),
        recall: () => [],
        remember: () => undefined,
      },
      mediaPaths: new FakeMediaPaths(air),
      microphones: new FakeMicrophones(),
      attention: () => new FakeAttention(),
      iceProbe: new FakeIceProbe(),
      mayDial: () => true,
      openNetwork: (device) =>
        this.networkFails-- > 0
          ? Promise.reject(new Error('not loaded'))
          : Promise.resolve(network.join(deviceKeyOf(device.publicKey))),
      checkSdp: (sdp) => ({ sdp, fingerprint: '' }),
      checkCandidate: () => true,
      isPressing: () => false,
      origin: () => 'https://woxly.example',
      deviceName: 'test',
      version: '0',
      platform: 'test',
    });
  }
}

let clock: FakeClock;
let network: MemoryNetwork;
let relay: MemoryRelay;
let air: FakeAir;
beforeEach(() => {
  clock = new FakeClock();
  network = new MemoryNetwork();
  relay = network.relay(RELAY);
  air = new FakeAir();
  relay.answer(LOOKUP_PROTOCOL, (request) => {
    const tags = LOOKUP_REQUEST.decode(request)?.tags ?? [];
    const kept = relay.published.flatMap(({ message }) => PRESENCE_ENVELOPE.decode(message) ?? []);
    const records = kept.filter(({ tag }) => tags.some((asked) => equalBytes(asked, tag)));
    return LOOKUP_RESPONSE.encode({ records });
  });
});

const reachable = (app: Woxly) => until(() => app.reachability.status === 'reachable', 'reachable');
const stage = (app: Woxly, wanted: string) =>
  until(
    () => app.calls.current?.stage === wanted,
    `${wanted}, not ${app.calls.current?.stage ?? '-'}`,
  );

async function begin(seed: number, name: string): Promise<{ browser: Browser; app: Woxly }> {
  const browser = new Browser(seed);
  const app = await browser.open();
  await app.identity.create(name);
  await reachable(app);
  return { browser, app };
}

async function call(from: Woxly, text: string): Promise<void> {
  const who = await from.contacts.read(text);
  if (!who.ok) throw new Error(who.problem);
  await from.calls.call(who.value);
}

test('from nothing to a call by key alone, and a history that outlives the page', async () => {
  const alice = await begin(1, 'Alice');
  const bob = await begin(2, 'Bob');
  await until(() => relay.published.length === 2, 'both published');
  await call(alice.app, bob.app.identity.profile?.key ?? '');
  await stage(bob.app, 'incoming');
  expect(bob.app.calls.current?.peer).toMatchObject({ name: 'Alice', trust: 'stranger' });
  bob.app.calls.accept();
  await Promise.all([stage(alice.app, 'connected'), stage(bob.app, 'connected')]);
  bob.app.calls.hangUp();
  await stage(alice.app, 'ended');
  await until(() => alice.app.history.records.length === 1, 'a record');

  await alice.app.stop();
  const again = await alice.browser.open();
  expect(again.history.records).toHaveLength(1);
  expect(again.identity.profile?.name).toBe('Alice');
  await reachable(again);
});

test('a contact is learned from a lookup: devices, relays, and the device list’s epoch', async () => {
  const alice = await begin(1, 'Alice');
  const bob = await begin(2, 'Bob');
  await until(() => relay.published.length === 2, 'both published');
  const key = bob.app.identity.profile?.key ?? '';
  await alice.app.contacts.add(key, 'Bob');
  await call(alice.app, key);
  await until(() => (alice.app.contacts.all[0]?.epoch ?? 0) > 0, 'an epoch');
  expect(alice.app.contacts.all[0]?.hints).toMatchObject({ relays: [RELAY] });
  expect(alice.app.contacts.all[0]?.hints.devices).toHaveLength(1);
});

test('whoever leaves the page tells the other side at once', async () => {
  const alice = await begin(1, 'Alice');
  const bob = await begin(2, 'Bob');
  await call(alice.app, await bob.app.identity.inviteLink());
  await stage(bob.app, 'incoming');
  bob.app.calls.accept();
  await stage(alice.app, 'connected');
  bob.browser.pageLife.leave();
  await stage(alice.app, 'ended');
});

test('network code or a relay that cannot be had at first is tried again', async () => {
  const browser = new Browser(1);
  browser.networkFails = 2;
  browser.relayListFails = 2;
  const app = await browser.open();
  await app.identity.create('Alice');
  expect(app.reachability.status).toBe('connecting');
  await until(() => browser.networkFails < 2, 'a first attempt');
  await clock.advance(60_000);
  await reachable(app);
});

test('a relay that stops and starts again has this person back', async () => {
  const { app } = await begin(1, 'Alice');
  relay.stop();
  await until(() => app.reachability.status !== 'reachable', 'not reachable');
  relay.start();
  await clock.advance(5_000);
  await reachable(app);
});

test('diagnostics name no key, no person and no address', async () => {
  const alice = await begin(1, 'Alice');
  const bob = await begin(2, 'Bob');
  await call(alice.app, await bob.app.identity.inviteLink());
  await stage(bob.app, 'incoming');
  bob.app.calls.decline();
  await stage(alice.app, 'ended');
  const text = await alice.app.diagnostics();
  const read = JSON.parse(text) as { calls: { outcome: string; stepsMs: object }[] };
  expect(read.calls[0]?.outcome).toBe('declined-by-peer');
  expect(read.calls[0]?.stepsMs).toHaveProperty('ringing');
  expect(text).not.toMatch(/12D3KooW|Alice|Bob|relay\.example/);
});

test('nothing goes on after stop', async () => {
  const { app } = await begin(1, 'Alice');
  await app.stop();
  expect(clock.waiting).toBe(0);
});
