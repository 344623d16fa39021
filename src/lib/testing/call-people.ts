import { createScope } from '#lib/domain/scope.ts';
import type { CallRecord } from '#lib/domain/call.ts';
import type { Contact, ContactTrust } from '#lib/domain/contact.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import type { OwnNetwork } from '#lib/domain/reasons.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import type { Settings } from '#lib/domain/settings.ts';
import { hasLeftOut } from '#lib/core/contacts/device-owners.ts';
import { createCalls } from '#lib/core/call/create-calls.ts';
import type { CallEngine } from '#lib/core/call/create-calls.ts';
import type { OwnNotice, PeerNotice } from '#lib/core/call/calls.ts';
import type { Reach, ReachFailure } from '#lib/core/reach/reach-port.ts';
import { decodeCallFrame } from '#lib/protocol/call-frame.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import { signCertificate } from '#lib/protocol/device-certificate.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { IceServer } from '#lib/ports/media.ts';
import { FakeAttention } from './fake-attention.ts';
import { FakeClock, settled, until } from './fake-clock.ts';
import { FakeMediaPaths } from './fake-media.ts';
import { FakeAir } from './fake-path.ts';
import { FakeMicrophones } from './fake-microphones.ts';
import { MemoryNetwork } from './memory-network.ts';
import type { MemoryNode } from './memory-network.ts';
import { SeededRandom } from './seeded-random.ts';
import { signerNumber } from './signers.ts';

const RELAY = '/dns4/relay.test/tcp/443/wss/p2p/relay' as RelayAddress;
const SPARE = '/dns4/spare.test/tcp/443/wss/p2p/spare' as RelayAddress;
const DAY_MS = 86_400_000;

/** People who can call each other, in the memory of one test. */
export class CallWorld {
  readonly clock = new FakeClock();
  readonly network = new MemoryNetwork();
  readonly relay = this.network.relay(RELAY);
  /** Another one, on which nobody is unless a test says so. */
  readonly spare = this.network.relay(SPARE);
  readonly air = new FakeAir();
  readonly people: CallPerson[] = [];
  /** Whose device somebody's link names, whatever is true. */
  readonly misled = new Map<IdentityKey, DeviceKey>();

  /** A person with real keys; the same number is the same person. */
  async person(number: number, name: string): Promise<CallPerson> {
    const [identity, device] = [await signerNumber(number), await signerNumber(number + 100)];
    const certificate = await signCertificate(identity, device, {
      deviceName: 'test',
      issued: this.clock.now() - DAY_MS,
      expires: this.clock.now() + DAY_MS,
    });
    const keys = [identityKeyOf(identity.publicKey), deviceKeyOf(device.publicKey)] as const;
    const person = new CallPerson(this, name, ...keys, certificate);
    this.people.push(person);
    return person;
  }

  pass(duration: number): Promise<void> {
    return this.clock.advance(duration);
  }
}

/** One person with one device. */
export class CallPerson {
  readonly name: string;
  readonly key: IdentityKey;
  readonly device: DeviceKey;
  readonly certificate: Signed;
  readonly node: MemoryNode;
  readonly calls: CallEngine;
  readonly paths: FakeMediaPaths;
  readonly microphones = new FakeMicrophones();
  readonly attention = new FakeAttention();
  readonly #scope = createScope();
  readonly records: CallRecord[] = [];
  /** What the log was warned of. */
  readonly warnings: string[] = [];
  readonly contacts = new Map<IdentityKey, Contact>();
  settings: Settings = DEFAULT_SETTINGS;
  servers: readonly IceServer[] = [];
  /** Makes searches fail. */
  unreachable: ReachFailure | undefined;
  /** What it knows of its own network. */
  network: OwnNetwork = 'up';
  /** How far its clock is ahead of the true time, ms. */
  clockAhead = 0;
  /** The same as its relay has told it; truly, unless the relay is wrong itself. */
  clockToldAhead: number | undefined;
  /** How often it was said that the path of a call broke. */
  breaks = 0;
  /** Whose devices they are, beside what the contacts say. */
  readonly owners = new Map<DeviceKey, IdentityKey>();
  /** How often a channel was opened or tried. */
  searches = 0;
  /** Runs what waits until the screen is painted; until a test says otherwise that is at once. */
  afterPaint: (run: () => void) => void = queueMicrotask;
  /** For each: whether the other person might not choose where we dial. */
  /** The relays that each attempt was bound to, if any. */
  readonly onlyThrough: (readonly string[] | undefined)[] = [];
  readonly #world: CallWorld;

  constructor(
    world: CallWorld,
    name: string,
    key: IdentityKey,
    device: DeviceKey,
    certificate: Signed,
  ) {
    this.#world = world;
    this.name = name;
    this.key = key;
    this.device = device;
    this.certificate = certificate;
    this.paths = new FakeMediaPaths(world.air);
    this.node = world.network.join(device);
    world.relay.reserve(device);
    this.calls = createCalls({
      clock: {
        now: () => world.clock.now() + this.clockAhead,
        after: (delay, run) => world.clock.after(delay, run),
      },
      clockOffset: () => -(this.clockToldAhead ?? this.clockAhead),
      random: new SeededRandom(name.length),
      log: { info: () => undefined, warn: (event) => this.warnings.push(event) },
      attention: this.attention,
      scope: this.#scope,
      paths: this.paths,
      pageLife: { afterPaint: (run) => this.afterPaint(run) },
      microphones: this.microphones,
      iceServers: () => this.servers,
      self: () => ({ key, name, certificate }),
      contacts: {
        get: (of) => this.contacts.get(of),
        ownerOf: (owned) =>
          this.owners.get(owned) ??
          [...this.contacts.values()].find(({ hints }) => hints.devices.includes(owned))?.key,
        hasLeftOut: (of, owned, issued) => hasLeftOut(this.contacts.get(of), owned, issued),
      },
      ownNetwork: () => this.network,
      onBroken: () => (this.breaks += 1),
      settings: () => this.settings,
      onEnded: (record) => this.records.push(record),
      reach: this.#reach,
      checkSdp: (sdp) => (sdp.startsWith('fake-sdp') ? { sdp, fingerprint: '' } : undefined),
      checkCandidate: (line) => line.startsWith('candidate:'),
    });
    this.node.accept(CALL_PROTOCOL, this.calls.take);
  }

  /** Puts somebody into the contacts. */
  knows(other: CallPerson, trust: ContactTrust = 'contact', hideAddress = false): void {
    const hints = { devices: [other.device], relays: [RELAY] };
    const { key, name } = other;
    this.contacts.set(key, { key, name, trust, hideAddress, added: 0, hints, epoch: 0 });
  }

  call(other: CallPerson) {
    return this.calls.call({ key: other.key, name: other.name, devices: [], relays: [] });
  }

  callAgain(other: CallPerson) {
    return this.calls.callAgain({ key: other.key, name: other.name, devices: [], relays: [] });
  }

  /** The page is left. */
  leave(): void {
    void this.#scope.stop();
  }

  /** The device is gone without a word. */
  vanish(): void {
    this.#world.network.vanish(this.device);
    for (const path of this.paths.opened) path.close();
  }

  /** What the screen shows: the stage, and the reason of an end. */
  get shows(): string {
    const { current } = this.calls;
    return current?.stage === 'ended' ? `ended: ${current.reason}` : (current?.stage ?? 'nothing');
  }

  /** Resolves once the screen shows this. */
  async show(what: string): Promise<void> {
    await until(() => this.shows === what, `${this.name} shows "${what}", not "${this.shows}",`);
  }

  /** Every frame this device received from another over channels that are open. */
  heard(from: CallPerson): readonly CallBody[] {
    const ends = this.#world.network.channelsBetween(this.device, from.device);
    return ends
      .map((end) => (end.device === from.device ? end : end.far))
      .flatMap((end) => end.arrived.flatMap((frame) => decodeCallFrame(frame)?.body ?? []));
  }

  readonly #reach: Pick<Reach, 'first'> = {
    first: async (key, protocol, { onFound, onDial, signal, device, onlyThrough }) => {
      this.searches += 1;
      this.onlyThrough.push(onlyThrough);
      const other = this.#world.people.find((person) => person.key === key);
      await settled();
      if (this.unreachable) throw new WoxlyError<ReachFailure>(this.unreachable);
      if (other === undefined) throw new WoxlyError<ReachFailure>('not-found');
      onFound?.();
      onDial?.([RELAY, SPARE]);
      try {
        const to = device ?? this.#world.misled.get(key) ?? other.device;
        return await this.node.open(to, protocol, [RELAY, SPARE], { signal });
      } catch (cause) {
        throw new WoxlyError<ReachFailure>('not-reachable', { cause });
      }
    },
  };
}

/** Puts both into each other's contacts. */
export function befriend(a: CallPerson, b: CallPerson): void {
  a.knows(b);
  b.knows(a);
}

/** A call until it rings. */
export async function ring(caller: CallPerson, callee: CallPerson): Promise<void> {
  await caller.call(callee);
  await callee.show('incoming');
  await caller.show('ringing');
}

/** A call until both are connected. */
export async function talk(caller: CallPerson, callee: CallPerson): Promise<void> {
  await ring(caller, callee);
  callee.calls.accept();
  await caller.show('connected');
  await callee.show('connected');
}

/** Whether a person is told this of their own end. */
export function ownNotice({ calls: { current } }: CallPerson, is: OwnNotice['is']): boolean {
  return (
    current !== undefined && 'notices' in current && current.notices.some((one) => one.is === is)
  );
}

/** Whether a person is told this of the other end. */
export function peerNotice({ calls: { current } }: CallPerson, notice: PeerNotice): boolean {
  if (current === undefined || !('participants' in current)) return false;
  return current.participants.some(({ notices }) => notices.includes(notice));
}
