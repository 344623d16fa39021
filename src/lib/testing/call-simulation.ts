import type { Trust } from '#lib/domain/contact.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { Circumstances } from '#lib/core/call/machine/event.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import { TEST_EPOCH } from './fake-clock.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedMedia } from './simulated-media.ts';
import { SimulatedPeer } from './simulated-peer.ts';
import type { SimulatedPath } from './simulated-media.ts';
import type { SimulatedDevice, Surroundings } from './simulated-surroundings.ts';
import { SimulatedTime } from './simulated-time.ts';

/** For how long a call may be connected on one side only, ms. */
const ALONE_MOST_MS = 10_000;

export interface SimulationOptions {
  readonly names: readonly string[];
  /** Frames are lost, doubled, late and out of order, channels and paths break. */
  readonly faults: boolean;
  /** Everybody is everybody's contact, and no microphone fails. */
  readonly friends: boolean;
}

/** What may happen to a page at any moment. */
type Change = Parameters<SimulatedPeer['dispatch']>[0];

/** What one person thinks of another. */
interface View {
  readonly trust: Trust;
  readonly hidden: boolean;
}

/** Several devices, the network between them, and their people. Everything that happens follows from the seed. */
export class CallSimulation implements Surroundings {
  readonly time = new SimulatedTime(TEST_EPOCH);
  readonly random: SeededRandom;
  readonly media: SimulatedMedia;
  readonly peers: readonly SimulatedPeer[];
  readonly microphoneFails: number;
  faulty: boolean;
  readonly #friends: boolean;
  readonly #views = new Map<string, View>();
  readonly #open = new Set<string>();
  readonly #aloneSince = new Map<SimulatedPeer, number>();
  readonly #turn: boolean;
  #calls = 0;

  constructor(seed: number, { names, faults, friends }: SimulationOptions) {
    this.random = new SeededRandom(seed);
    this.media = new SimulatedMedia(this.random, this.time.after);
    this.faulty = faults;
    this.#friends = friends;
    this.microphoneFails = friends ? 0 : 0.1;
    this.#turn = this.random.chance(0.5);
    this.peers = names.map((name) => new SimulatedPeer(name, this));
  }

  circumstances(of: SimulatedDevice, key: IdentityKey): Circumstances {
    const pair = `${of.key}>${key}`;
    const chosen = this.#views.get(pair) ?? this.#choose();
    this.#views.set(pair, chosen);
    const peer = { key, name: key, trust: chosen.trust };
    return {
      self: of.key,
      certificate: { payload: new Uint8Array(), signature: new Uint8Array() },
      peer,
      hidden: chosen.hidden,
      turnAvailable: this.#turn,
      keyChanged: false,
    };
  }

  #choose(): View {
    if (this.#friends) return { trust: 'contact', hidden: false };
    const likely: [Trust, ...Trust[]] = ['contact', 'contact', 'contact', 'stranger', 'blocked'];
    return { trust: this.random.pick(likely), hidden: this.random.chance(0.1) };
  }

  newCallId(): CallId {
    this.#calls += 1;
    return this.#calls.toString(16).padStart(32, '0') as CallId;
  }

  run(duration: number): void {
    this.time.runUntil(this.time.now + duration, () => this.#check());
  }

  /** Somebody does something, as likely as not at the wrong moment. */
  pressAnything(): void {
    const peer = this.random.pick(this.peers as [SimulatedPeer, ...SimulatedPeer[]]);
    const other = this.random.pick(this.peers as [SimulatedPeer, ...SimulatedPeer[]]);
    const chance = this.random.unit();
    if (chance < 0.4) {
      if (peer !== other) peer.press(other.key);
    } else if (chance < 0.7) {
      peer.dispatch({ type: 'accept', microphoneGranted: this.random.chance(0.5) });
    } else if (chance < 0.75) peer.dispatch({ type: 'decline' });
    else if (chance < 0.83) peer.dispatch({ type: 'hang-up' });
    else if (chance < 0.86) peer.dispatch({ type: 'mute', muted: this.random.chance(0.5) });
    else if (chance < 0.92) peer.dispatch({ type: 'dismiss' });
    else if (chance < 0.94) peer.dispatch({ type: 'network-changed' });
    else if (chance < 0.95) peer.dispatch({ type: 'leave' });
    else if (chance < 0.96) peer.dispatch({ type: 'microphone-lost' });
    else if (chance < 0.965) peer.dispatch({ type: 'reopen-microphone' });
    else if (chance < 0.985) this.#changeAnything(peer);
    else if (this.faulty) this.#crash(peer);
  }

  /** What happens to sound, pages and people beside the call. */
  #changeAnything(peer: SimulatedPeer): void {
    const so = this.random.chance(0.5);
    const { random } = this;
    const events: [Change, ...Change[]] = [
      { type: 'hearing', hearing: so ? 'silent' : 'heard' },
      { type: 'sparse', sparse: so },
      { type: 'system-mute', muted: so },
      { type: 'background', background: so },
      { type: 'path-frames', open: so },
      { type: 'devices-changed' },
      { type: 'person-seen' },
      { type: 'play-blocked', blocked: so },
    ];
    peer.dispatch(random.pick(events));
  }

  /** Something breaks. */
  breakAnything(): void {
    if (this.random.chance(0.4)) return this.media.breakAll();
    for (const pair of [...this.#open]) if (this.random.chance(0.6)) this.#close(pair);
  }

  reach(from: SimulatedDevice, key: IdentityKey, done: (device?: DeviceKey) => void): void {
    const to = this.peers.find((peer) => peer.key === key);
    const delay = this.faulty ? this.random.between(50, 3_000) : this.random.between(50, 300);
    this.time.after(delay, () => {
      const unlucky = this.faulty && this.random.chance(0.3);
      if (!to?.alive || !from.alive || unlucky) return done(undefined);
      this.#open.add(pairOf(from, to));
      if (to.linkedDevice === from.device) {
        to.dispatch({ type: 'channel-opened', device: from.device });
      }
      done(to.device);
    });
  }

  send(from: SimulatedDevice, to: DeviceKey, frame: CallFrame): void {
    const peer = this.peers.find(({ device }) => device === to);
    if (!peer || !this.#open.has(pairOf(from, peer))) return;
    if (this.faulty && this.random.chance(0.15)) return;
    const copies = this.faulty && this.random.chance(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const late = this.faulty && this.random.chance(0.1) ? 5_000 : 200;
      const delay = this.faulty ? this.random.between(5, late) : 40;
      this.time.after(delay, () => peer.take(from, frame));
    }
  }

  sendOverPath(from: SimulatedDevice, to: DeviceKey, frame: CallFrame, path: SimulatedPath): void {
    const end = this.media.otherEnd(path);
    const peer = this.peers.find(({ device }) => device === to);
    if (end === undefined || (this.faulty && this.random.chance(0.3))) return;
    this.time.after(this.random.between(5, 300), () => {
      if (peer?.uses(end)) peer.take(from, frame, 'path');
    });
  }

  /** Calls that go on, by ID. */
  get live(): readonly CallId[] {
    return this.peers.flatMap(({ call }) => (call && call.stage !== 'ended' ? [call.id] : []));
  }

  #close(pair: string): void {
    this.#open.delete(pair);
    const [a, b] = this.peers.filter((peer) => pair.includes(peer.device));
    if (!a || !b) return;
    a.dispatch({ type: 'channel-lost', device: b.device });
    b.dispatch({ type: 'channel-lost', device: a.device });
  }

  #crash(peer: SimulatedPeer): void {
    peer.crash();
    for (const pair of [...this.#open]) if (pair.includes(peer.device)) this.#close(pair);
    // Most people open the page again.
    if (this.random.chance(0.8)) {
      this.time.after(this.random.between(500, 30_000), () => (peer.alive = true));
    }
  }

  /** Nobody is connected with nobody. Before faults stop the other side may also take long to say so. */
  #check(): void {
    for (const peer of this.peers) {
      const other = this.peers.find(({ device }) => device === peer.linkedDevice);
      const theirs = other?.alive && other.call?.id === peer.call?.id ? other.call?.stage : 'ended';
      const together = theirs === 'connected' || theirs === 'reconnecting';
      const alone = peer.call?.stage === 'connected' && theirs === 'ended';
      const ahead = peer.call?.stage === 'connected' && !together && !this.faulty;
      if (!alone && !ahead) {
        this.#aloneSince.delete(peer);
        continue;
      }
      const since = this.#aloneSince.get(peer) ?? this.time.now;
      this.#aloneSince.set(peer, since);
      if (this.time.now - since > ALONE_MOST_MS) {
        throw new Error(`${peer.key} is connected while the other side is ${theirs ?? 'gone'}`);
      }
    }
  }
}

const pairOf = (a: SimulatedDevice, b: SimulatedDevice): string =>
  [a.device, b.device].sort().join('|');
