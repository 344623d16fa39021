import { createScope } from '#lib/domain/scope.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { Contact } from '#lib/domain/contact.ts';
import type { DeviceKey, IdentityKey, RelayAddress } from '#lib/domain/ids.ts';
import { DEFAULT_SETTINGS } from '#lib/domain/settings.ts';
import { createCalls } from '#lib/core/call/create-calls.ts';
import type { CallEngine } from '#lib/core/call/create-calls.ts';
import type { CallView } from '#lib/core/call/calls.ts';
import type { Reach } from '#lib/core/reach/reach-port.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { MediaPaths } from '#lib/ports/media.ts';
import { decodeCallFrame } from '#lib/protocol/call-frame.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import { FakeAttention } from './fake-attention.ts';
import type { FakeMicrophone } from './fake-microphones.ts';
import { SimulatedConsent } from './simulated-consent.ts';
import { SimulatedLedger } from './simulated-ledger.ts';
import { SimulatedMicrophones } from './simulated-microphones.ts';
import type { End, Surroundings } from './simulated-network.ts';
import type { PathOwner, SimulatedAir, SimulatedPath } from './simulated-paths.ts';

/** Who somebody is. */
export interface SimulatedPerson {
  readonly name: string;
  readonly key: IdentityKey;
  readonly device: DeviceKey;
  readonly certificate: Signed;
}

/** What surrounds a device, beside time and chance. */
export interface Neighbourhood extends Surroundings {
  readonly air: SimulatedAir;
  /** Whether relays have TURN servers. */
  readonly turn: boolean;
  /** How often opening a microphone fails, 0 to 1. */
  readonly microphoneFails: number;
  /** What this person has in their contacts of the other. */
  contact(of: SimulatedPerson, key: IdentityKey): Contact | undefined;
  /** The person whose device this is. */
  ownerOf(device: DeviceKey): IdentityKey | undefined;
  /** Finds a person's device and opens a channel to it. */
  reach(from: SimulatedDevice, key: IdentityKey, signal: AbortSignal): Promise<FrameChannel>;
  /** What must never happen has happened. */
  failed(failure: Error): void;
}

/** One page with the engine of calls as it is, which checks at every step what must never happen. */
export class SimulatedDevice implements End, PathOwner {
  readonly person: SimulatedPerson;
  readonly ledger = new SimulatedLedger((what) => this.fail(what));
  alive = true;
  calls: CallEngine;
  readonly #around: Neighbourhood;
  #scope = createScope();
  #consent: SimulatedConsent | undefined;
  #before: CallView | undefined;
  #unwatch: () => void = () => undefined;
  #paths: SimulatedPath[] = [];
  readonly #microphones: SimulatedMicrophones;
  #settings = DEFAULT_SETTINGS;

  constructor(person: SimulatedPerson, around: Neighbourhood) {
    this.person = person;
    this.#around = around;
    this.#microphones = new SimulatedMicrophones(around, () => {
      this.#agreed.mustBePressed('a microphone');
    });
    this.calls = this.#boot();
  }

  get device(): DeviceKey {
    return this.person.device;
  }

  get view(): CallView | undefined {
    return this.alive ? this.calls.current : undefined;
  }

  /** The call that goes on here. */
  get live(): Exclude<CallView, { readonly stage: 'ended' }> | undefined {
    const { view } = this;
    return view === undefined || view.stage === 'ended' ? undefined : view;
  }

  /** What is open now, that a call needs. */
  get path(): SimulatedPath | undefined {
    return this.#paths.find(({ closed }) => !closed);
  }

  get microphone(): FakeMicrophone | undefined {
    return this.#microphones.current;
  }

  call(other: SimulatedPerson, patient: boolean): void {
    const { live } = this;
    if (live === undefined) this.#consent = this.#newConsent(true);
    else if (live.stage === 'incoming' && live.peer.key === other.key) this.#accept();
    const who = { key: other.key, name: other.name, devices: [], relays: [] };
    void (patient ? this.calls.callAgain(who) : this.calls.call(who));
    // Refused, to somebody who is blocked.
    if (this.live === undefined) this.#consent = undefined;
  }

  accept(): void {
    if (this.live?.stage === 'incoming') this.#accept();
    this.calls.accept();
  }

  /** Another microphone is chosen. */
  choose(microphone: string): void {
    this.#settings = { ...this.#settings, microphone };
    this.calls.settingsChanged();
  }

  /** Microphones were plugged in or out. */
  plug(): void {
    this.#microphones.plug();
  }

  /** The page dies, without a word or with one. */
  end(word: 'farewell' | 'silence'): void {
    if (word === 'farewell') void this.#scope.stop();
    this.alive = false;
    this.#unwatch();
    if (word === 'silence') void this.#scope.stop();
    for (const path of this.#paths) path.close();
    this.#consent = undefined;
    this.#before = undefined;
    this.ledger.forget();
  }

  /** The page is opened again. */
  begin(): void {
    if (this.alive) return;
    this.alive = true;
    this.calls = this.#boot();
  }

  onSent(to: DeviceKey, bytes: Bytes): void {
    const frame = decodeCallFrame(bytes);
    if (frame === undefined) this.fail('a frame that is none');
    const { type } = frame.body;
    const own = frame.callId === this.live?.id && this.#around.ownerOf(to) === this.#peer;
    if (own && (type === 'candidate' || type === 'answer')) {
      this.#agreed.mustBeAccepted(type, this.#mayShow());
    }
  }

  onHeard(from: DeviceKey, bytes: Bytes): void {
    const frame = decodeCallFrame(bytes);
    const { live } = this;
    if (live === undefined || this.#consent === undefined) return;
    if (frame?.body.type === 'accept' && frame.callId === live.id) this.#consent.accepted = true;
    // Both press Call.
    const rung = frame?.body.type === 'ring' && this.#around.ownerOf(from) === live.peer.key;
    if (rung && this.#consent.pressed) this.#consent.accepted = true;
  }

  mayTakeAnswer(): void {
    this.#agreed.mustBeAccepted('an answer taken', this.#mayShow());
  }

  maySend(): void {
    this.#agreed.mustBeAccepted('sound');
  }

  mayPlay(): void {
    this.#agreed.mustBeAccepted('sound played');
  }

  /** What is thrown may be caught by the very code that is at fault: it is kept as well. */
  fail(what: string): never {
    const failure = new Error(`${this.person.name}: ${what}`);
    this.#around.failed(failure);
    throw failure;
  }

  #accept(): void {
    this.#agreed.pressed = true;
    this.#agreed.accepted = true;
  }

  get #peer(): IdentityKey | undefined {
    return this.live?.peer.key;
  }

  get #agreed(): SimulatedConsent {
    return this.#consent ?? this.fail('work without a call');
  }

  #newConsent(pressed: boolean): SimulatedConsent {
    return new SimulatedConsent(pressed, (what) => this.fail(what));
  }

  /** Whether the peer may see the address of this device before Accept. */
  #mayShow(): boolean {
    const contact = this.#peer && this.#around.contact(this.person, this.#peer);
    return contact?.trust === 'contact' && !contact.hideAddress;
  }

  #see(): void {
    const { view } = this;
    const isLive = view !== undefined && view.stage !== 'ended';
    this.ledger.see(this.#before, view);
    if (isLive) this.#consent ??= this.#newConsent(false);
    else this.#consent = undefined;
    this.#before = view;
  }

  #boot(): CallEngine {
    const { time, random, turn } = this.#around;
    const { key, name, certificate } = this.person;
    this.#scope = createScope();
    const calls = createCalls({
      clock: time,
      clockOffset: () => 0,
      random,
      log: { info: () => undefined, warn: () => undefined },
      attention: new FakeAttention(),
      scope: this.#scope,
      paths: this.#mediaPaths(),
      pageLife: { afterPaint: (run) => void time.after(random.between(5, 30), run) },
      microphones: this.#microphones,
      iceServers: () =>
        turn ? [{ urls: ['turn:turn.test'], username: 'u', credential: 'c' }] : [],
      self: () => ({ key, name, certificate }),
      contacts: {
        get: (of) => this.#around.contact(this.person, of),
        ownerOf: (device) => {
          const owner = this.#around.ownerOf(device);
          return owner && this.#around.contact(this.person, owner)?.key;
        },
        hasLeftOut: () => false,
      },
      ownNetwork: () => 'up',
      onBroken: () => undefined,
      settings: () => this.#settings,
      onEnded: (record) => {
        if (this.alive) this.ledger.record(record);
      },
      reach: this.#reach(),
      checkSdp: (sdp) => (sdp.startsWith('fake-sdp') ? { sdp, fingerprint: '' } : undefined),
      checkCandidate: (line) => line.startsWith('candidate:'),
    });
    this.#unwatch = calls.watch(() => this.#see());
    return calls;
  }

  #reach(): Pick<Reach, 'first'> {
    return {
      first: async (key, _protocol, { onFound, onDial, signal, device }) => {
        if (device !== undefined) this.#agreed.mustBePressed('a channel opened again');
        const channel = await this.#around.reach(this, key, signal);
        onFound?.();
        onDial?.(['/dns4/relay.test/tcp/443/wss/p2p/relay' as RelayAddress]);
        return channel;
      },
    };
  }

  #mediaPaths(): MediaPaths {
    return {
      supported: true,
      prepare: () => undefined,
      forget: () => undefined,
      open: (_policy, _servers, _side, events) => {
        if (!this.#mayShow()) this.#agreed.mustBePressed('a path');
        if (this.path !== undefined) this.fail('a second path');
        const path = this.#around.air.open(events, this);
        this.#paths = [path];
        return path;
      },
    };
  }
}
