import type { CallRecord } from '#lib/domain/call.ts';
import type { Contact } from '#lib/domain/contact.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { StorageFailure } from '#lib/domain/reasons.ts';
import { createWoxly } from '#lib/core/create-woxly.ts';
import type { WoxlyPorts } from '#lib/core/create-woxly.ts';
import type { Woxly } from '#lib/core/woxly.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import { PRESENCE_TOPIC } from '#lib/protocol/names.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import { FakeAttention } from './fake-attention.ts';
import { FakeClock, TEST_EPOCH, until } from './fake-clock.ts';
import { FakeIceProbe } from './fake-ice-probe.ts';
import { FakeMediaPaths } from './fake-media.ts';
import { FakeAir } from './fake-path.ts';
import { FakeMicrophones } from './fake-microphones.ts';
import { FakePageLife } from './fake-page-life.ts';
import { MemoryNetwork } from './memory-network.ts';
import { MemoryRelayList } from './memory-relay-list.ts';
import { memoryStores } from './memory-stores.ts';
import type { MemoryStores } from './memory-stores.ts';
import { MemoryWatch } from './memory-watch.ts';
import { memoryVault } from './memory-vault.ts';
import { presenceRelays } from './presence-relays.ts';
import type { PresenceRelay } from './presence-relays.ts';
import { SeededRandom } from './seeded-random.ts';

const ORIGIN = 'https://woxly.example';

/** People who run the whole of WOXLY, on a network, relays and connections in the memory of one test. */
export class WoxlyWorld {
  readonly clock: FakeClock;
  readonly network: MemoryNetwork;
  /** The first one serves everybody's page. */
  readonly relays: readonly PresenceRelay[];
  readonly air = new FakeAir();
  #browsers = 0;

  private constructor(clock: FakeClock, network: MemoryNetwork, relays: readonly PresenceRelay[]) {
    this.clock = clock;
    this.network = network;
    this.relays = relays;
  }

  /** `now`: the time at which everything begins; it passes only when {@link clock} says so. */
  static async begin({ relays = 1, now = TEST_EPOCH } = {}): Promise<WoxlyWorld> {
    const network = new MemoryNetwork();
    const world = new WoxlyWorld(
      new FakeClock(now),
      network,
      await presenceRelays(network, relays, now),
    );
    world.#tellWatchers();
    return world;
  }

  /** A browser in which nobody has been yet. */
  browser(): WoxlyBrowser {
    this.#browsers += 1;
    return new WoxlyBrowser(this, this.#browsers);
  }

  /** Somebody who has an identity, remembers this, and can be reached. `prepare`: done before their app opens. */
  async person(
    name: string,
    kept: Kept = {},
    prepare: (browser: WoxlyBrowser) => void = () => undefined,
  ): Promise<WoxlyPerson> {
    const browser = this.browser();
    await browser.keep(kept);
    prepare(browser);
    const app = await browser.open();
    await app.identity.create(name);
    await until(() => app.reachability.status === 'reachable', `${name} reachable`);
    return new WoxlyPerson(browser, app);
  }

  /** A call between two of them that is under way. */
  async talk(caller: WoxlyPerson, callee: WoxlyPerson): Promise<void> {
    await caller.call(callee);
    await callee.comesTo('incoming');
    callee.app.calls.accept();
    await Promise.all([caller.comesTo('connected'), callee.comesTo('connected')]);
  }

  pass(duration: Milliseconds): Promise<void> {
    return this.clock.advance(duration);
  }

  /** Every relay pushes what is published at any of them. */
  #tellWatchers(): void {
    const watches = this.relays.map(({ relay }) => new MemoryWatch(relay));
    for (const { relay } of this.relays) {
      relay.onPublished((topic, message) => {
        const envelope = topic === PRESENCE_TOPIC && PRESENCE_ENVELOPE.decode(message);
        if (envelope) for (const watch of watches) watch.publish(envelope);
      });
    }
  }
}

/** What a browser remembers of before. */
export interface Kept {
  readonly contacts?: readonly Contact[];
  readonly calls?: readonly CallRecord[];
}

/** One browser: what it stores outlives the app that runs in it. */
export class WoxlyBrowser {
  readonly world: WoxlyWorld;
  readonly stores: MemoryStores = memoryStores();
  readonly vault = memoryVault();
  readonly relayList: MemoryRelayList;
  readonly pageLife = new FakePageLife();
  readonly paths: FakeMediaPaths;
  readonly microphones = new FakeMicrophones();
  readonly attention = new FakeAttention();
  readonly iceProbe = new FakeIceProbe();
  /** How often the network's code cannot be had. */
  networkFails = 0;
  #device: DeviceKey | undefined;
  readonly #random: SeededRandom;

  constructor(world: WoxlyWorld, seed: number) {
    this.world = world;
    this.#random = new SeededRandom(seed);
    this.paths = new FakeMediaPaths(world.air);
    this.relayList = new MemoryRelayList(...world.relays.slice(0, 1).map((one) => one.address));
  }

  /** Stores this, as if it had been there before the app opens. */
  async keep({ contacts = [], calls = [] }: Kept): Promise<void> {
    await this.stores.write((to) => {
      for (const contact of contacts) to.putContact(contact);
      for (const call of calls) to.putCall(call);
    });
  }

  /** From now on nothing more can be stored. */
  failToStore(reason: StorageFailure = 'full'): void {
    this.stores.failWith = new WoxlyError(reason);
  }

  /** The device of the page that was opened last. */
  get device(): DeviceKey {
    if (this.#device === undefined) throw new Error('not online yet');
    return this.#device;
  }

  /** Opens the app, with ports of this test's own in place of others. */
  open(ports: Partial<WoxlyPorts> = {}): Promise<Woxly> {
    const { clock, network } = this.world;
    const { stores, vault, relayList, pageLife, microphones, iceProbe } = this;
    return createWoxly({
      clock,
      steady: clock,
      random: this.#random,
      log: { info: () => undefined, warn: () => undefined },
      pageLife,
      stores,
      vault,
      relayList,
      mediaPaths: this.paths,
      microphones,
      attention: () => this.attention,
      iceProbe,
      mayDial: () => true,
      openNetwork: (device) => {
        if (this.networkFails-- > 0) return Promise.reject(new Error('not loaded'));
        this.#device = deviceKeyOf(device.publicKey);
        return Promise.resolve(network.join(this.#device));
      },
      checkSdp: (sdp) => ({ sdp, fingerprint: '' }),
      checkCandidate: () => true,
      isPressing: () => false,
      origin: () => ORIGIN,
      deviceName: 'test',
      version: '0',
      platform: 'test',
      ...ports,
    });
  }
}

/** Somebody with an identity whose app is open. */
export class WoxlyPerson {
  readonly browser: WoxlyBrowser;
  readonly app: Woxly;

  constructor(browser: WoxlyBrowser, app: Woxly) {
    this.browser = browser;
    this.app = app;
  }

  get key(): IdentityKey {
    const { profile } = this.app.identity;
    if (profile === undefined) throw new Error('nobody yet');
    return profile.key;
  }

  get name(): string {
    return this.app.identity.profile?.name ?? '';
  }

  /** Adds somebody by their invite link, under their own name. */
  async add(other: WoxlyPerson): Promise<void> {
    const added = await this.app.contacts.add(await other.app.identity.inviteLink(), other.name);
    if (!added.ok) throw new Error(added.problem);
  }

  /** Both add each other. */
  async befriend(other: WoxlyPerson): Promise<void> {
    await this.add(other);
    await other.add(this);
  }

  /** Calls somebody by their invite link. */
  async call(other: WoxlyPerson): Promise<void> {
    await this.callText(await other.app.identity.inviteLink());
  }

  /** Calls whom a key or a link names. */
  async callText(text: string): Promise<void> {
    const who = await this.app.contacts.read(text);
    if (!who.ok) throw new Error(who.problem);
    await this.app.calls.call(who.value);
  }

  /** How many channels there are to the device of somebody: one, as soon as a call is made ready. */
  channelsTo(other: WoxlyPerson): number {
    const { device, world } = this.browser;
    return world.network.channelsBetween(device, other.browser.device).length;
  }

  /** Waits until the call on the line is at this stage. */
  comesTo(stage: string): Promise<void> {
    const now = () => this.app.calls.current?.stage;
    return until(() => now() === stage, `${this.name}: ${stage}, not ${now() ?? 'a call'},`);
  }
}
