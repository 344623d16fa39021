import type { Contact } from '#lib/domain/contact.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { ReachFailure } from '#lib/core/reach/reach-port.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { signCertificate } from '#lib/protocol/device-certificate.ts';
import { deviceKeyOf, identityKeyOf } from '#lib/protocol/key-text.ts';
import { cryptoPending } from './counted-crypto.ts';
import { TEST_EPOCH } from './fake-clock.ts';
import { SeededRandom } from './seeded-random.ts';
import { signerNumber } from './signers.ts';
import { SimulatedDevice } from './simulated-device.ts';
import type { Neighbourhood, SimulatedPerson } from './simulated-device.ts';
import { SimulatedChannel } from './simulated-network.ts';
import { SimulatedAir } from './simulated-paths.ts';
import { SimulatedTime } from './simulated-time.ts';

/** For how long a call may be connected on one side only, ms. */
const ALONE_MOST_MS = 10_000;
const DAY_MS = 86_400_000;

export interface SimulationOptions {
  readonly people: readonly SimulatedPerson[];
  /** Frames are lost, doubled, late and out of order, channels and paths break. */
  readonly faults: boolean;
  /** Everybody is everybody's contact, and no microphone fails. */
  readonly friends: boolean;
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Resolves once all that was under way in promises has run, and the signature checks among it. */
async function workDone(): Promise<void> {
  do await turn();
  while (cryptoPending() > 0);
}

/** A person of a simulation; the same number is the same person. */
export async function simulatedPerson(number: number, name: string): Promise<SimulatedPerson> {
  const [identity, device] = [await signerNumber(number), await signerNumber(number + 100)];
  const certificate = await signCertificate(identity, device, {
    deviceName: 'test',
    issued: TEST_EPOCH - DAY_MS,
    expires: TEST_EPOCH + DAY_MS,
  });
  const keys = { key: identityKeyOf(identity.publicKey), device: deviceKeyOf(device.publicKey) };
  return { name, ...keys, certificate };
}

/** Several devices, the network between them, and their people. Everything that happens follows from the seed. */
export class CallSimulation implements Neighbourhood {
  readonly time = new SimulatedTime(TEST_EPOCH, workDone);
  readonly random: SeededRandom;
  readonly air = new SimulatedAir(this);
  readonly devices: readonly [SimulatedDevice, ...SimulatedDevice[]];
  readonly microphoneFails: number;
  readonly turn: boolean;
  faulty: boolean;
  readonly #people: readonly SimulatedPerson[];
  readonly #friends: boolean;
  readonly #contacts = new Map<string, Contact | undefined>();
  #channels: SimulatedChannel[] = [];
  readonly #aloneSince = new Map<SimulatedDevice, number>();
  #failure: Error | undefined;

  constructor(seed: number, { people, faults, friends }: SimulationOptions) {
    this.random = new SeededRandom(seed);
    this.faulty = faults;
    this.#people = people;
    this.#friends = friends;
    this.microphoneFails = friends ? 0 : 0.1;
    this.turn = this.random.chance(0.5);
    const [first, ...others] = people.map((person) => new SimulatedDevice(person, this));
    if (first === undefined) throw new TypeError('a simulation has people');
    this.devices = [first, ...others];
  }

  contact(of: SimulatedPerson, key: IdentityKey): Contact | undefined {
    const pair = `${of.key}>${key}`;
    if (!this.#contacts.has(pair)) this.#contacts.set(pair, this.#choose(key));
    return this.#contacts.get(pair);
  }

  /** What somebody thinks of another: nothing, of a stranger. */
  #choose(key: IdentityKey): Contact | undefined {
    const person = this.#people.find((one) => one.key === key);
    if (person === undefined) return undefined;
    const trust = this.#friends
      ? 'contact'
      : this.random.pick(['contact', 'contact', 'contact', undefined, 'blocked'] as const);
    if (trust === undefined) return undefined;
    const hideAddress = !this.#friends && this.random.chance(0.1);
    const hints = { devices: [person.device], relays: [] };
    return { key, name: person.name, trust, hideAddress, added: 0, hints, epoch: 0 };
  }

  ownerOf(device: DeviceKey): IdentityKey | undefined {
    return this.#people.find((person) => person.device === device)?.key;
  }

  run(duration: number): Promise<void> {
    return this.time.run(duration, () => this.#check());
  }

  /** Somebody does something, as likely as not at the wrong moment. */
  pressAnything(): void {
    const { random } = this;
    const device = random.pick(this.devices);
    const other = random.pick(this.devices);
    const chance = random.unit();
    if (!device.alive) return;
    if (chance < 0.4) {
      if (device !== other) device.call(other.person, random.chance(0.2));
    } else if (chance < 0.7) device.accept();
    else if (chance < 0.75) device.calls.decline();
    else if (chance < 0.83) device.calls.hangUp();
    else if (chance < 0.86) device.calls.setMuted(random.chance(0.5));
    else if (chance < 0.92) device.calls.dismiss();
    else if (chance < 0.94) device.calls.networkChanged();
    else if (chance < 0.95) this.#end(device, 'farewell');
    else if (chance < 0.96) device.microphone?.lose();
    else if (chance < 0.965) device.calls.reopenMicrophone();
    else if (chance < 0.985) this.#changeAnything(device, other);
    else if (this.faulty) this.#end(device, 'silence');
  }

  /** What happens to sound, pages and people beside the call. */
  #changeAnything(device: SimulatedDevice, other: SimulatedDevice): void {
    const so = this.random.chance(0.5);
    const events = device.path?.events;
    const changes: readonly [() => void, ...(() => void)[]] = [
      () => events?.onHearing(so ? 'silent' : 'heard'),
      () => events?.onSparse(so),
      () => events?.onFrames(so),
      () => events?.onPlayBlocked(),
      () => events?.onDetour(),
      () => device.calls.resumeSound(),
      () => device.microphone?.systemMute(so),
      () => device.calls.setBackground(so),
      () => device.calls.personSeen(other.person.key),
      () => device.calls.woke(),
      () => device.plug(),
      () => device.choose(so ? 'one' : 'other'),
    ];
    this.random.pick(changes)();
  }

  /** Something breaks. */
  breakAnything(): void {
    if (this.random.chance(0.4)) return this.air.breakAll();
    for (const channel of this.#open) {
      if (this.random.chance(0.3)) channel.close();
      else if (this.random.chance(0.1)) channel.silence();
    }
  }

  /** No channel carries anything any more, and nobody is told. What is left are the paths, whose frames go. */
  silenceChannels(): void {
    for (const { path } of this.devices) path?.events.onFrames(true);
    for (const channel of this.#open) channel.silence();
  }

  async reach(from: SimulatedDevice, key: IdentityKey, signal: AbortSignal): Promise<FrameChannel> {
    const to = this.devices.find(({ person }) => person.key === key);
    await this.time.pause(this.random.between(50, this.faulty ? 3_000 : 300));
    const unlucky = this.faulty && this.random.chance(0.3);
    if (!to?.alive || !from.alive || unlucky || signal.aborted) {
      throw new WoxlyError<ReachFailure>(this.random.pick(['not-found', 'not-reachable']));
    }
    const [near, far] = SimulatedChannel.pair(this, from, to);
    this.#channels = [...this.#open, near, far];
    to.calls.take(far);
    return near;
  }

  /** Calls that go on, by ID. */
  get live(): readonly CallId[] {
    return this.devices.flatMap(({ live }) => live?.id ?? []);
  }

  /** What is open and should not be, when no call goes on. */
  get leftOpen(): readonly string[] {
    const left = this.devices.flatMap(({ person: { name }, path, microphone }) => [
      ...(path === undefined ? [] : [`a path of ${name}`]),
      ...(microphone === undefined ? [] : [`a microphone of ${name}`]),
    ]);
    return [...left, ...this.#open.map(({ device }) => `a channel to ${device}`)];
  }

  get #open(): SimulatedChannel[] {
    return this.#channels.filter(({ open }) => open);
  }

  #end(device: SimulatedDevice, word: 'farewell' | 'silence'): void {
    device.end(word);
    // Most people open the page again.
    if (this.random.chance(0.8)) {
      this.time.after(this.random.between(500, 30_000), () => device.begin());
    }
  }

  failed(failure: Error): void {
    this.#failure ??= failure;
  }

  /** Nobody is connected with nobody. Before faults stop the other side may also take long to say so. */
  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    for (const device of this.devices) {
      const { view } = device;
      const other = this.devices.find(({ person }) => person.key === view?.peer.key);
      const theirs = other?.view?.id === view?.id ? (other?.view?.stage ?? 'ended') : 'ended';
      const together = theirs === 'connected' || theirs === 'reconnecting';
      const isConnected = view?.stage === 'connected';
      const alone = isConnected && theirs === 'ended';
      const ahead = isConnected && !together && !this.faulty;
      if (!alone && !ahead) {
        this.#aloneSince.delete(device);
        continue;
      }
      const since = this.#aloneSince.get(device) ?? this.time.now();
      this.#aloneSince.set(device, since);
      if (this.time.now() - since > ALONE_MOST_MS) {
        device.fail(`connected while the other side is ${theirs}`);
      }
    }
  }
}
