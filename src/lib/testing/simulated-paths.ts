import type { Bytes } from '#lib/domain/bytes.ts';
import type { CallQuality } from '#lib/domain/call.ts';
import type {
  Candidate,
  MediaPath,
  MediaPathEvents,
  OpenSource,
  SourceKind,
  PathState,
} from '#lib/ports/media.ts';
import type { End, Surroundings } from './simulated-network.ts';

/** How long one side takes to notice that the other is gone or the network broken, ms. */
const NOTICED_MS = [800, 4_000] as const;
const CONNECTING_MS = [30, 400] as const;
/** How often an ICE restart fails for no reason, 0 to 1. */
const RESTART_FAILS = 0.05;

/** The media paths of a simulation: descriptions are pairs of path and generation, and no sound is sent. */
export class SimulatedAir {
  readonly around: Surroundings;
  readonly #paths = new Map<number, SimulatedPath>();
  /** Pairs of paths between which packets flow. */
  readonly #flowing = new Map<string, readonly [SimulatedPath, SimulatedPath]>();
  #ids = 0;

  constructor(around: Surroundings) {
    this.around = around;
  }

  open(events: MediaPathEvents, own: PathOwner): SimulatedPath {
    this.#ids += 1;
    const path = new SimulatedPath(this, this.#ids, events, own);
    this.#paths.set(path.id, path);
    return path;
  }

  close(path: SimulatedPath): void {
    this.#paths.delete(path.id);
    for (const [pair, ends] of [...this.#flowing]) {
      const other = ends.find((end) => end !== path);
      if (!ends.includes(path) || other === undefined) continue;
      this.#flowing.delete(pair);
      this.#later(NOTICED_MS, () => other.say('broken'));
    }
  }

  /** Connects a path if it and the one at the other end have each other's latest description, and a way. */
  connectIfMatched(path: SimulatedPath): void {
    const other = this.#paths.get(numberOf(path.remote));
    if (other === undefined || path.closed) return;
    const matched = path.remote === other.description && other.remote === path.description;
    if (!matched || !path.reachable || !other.reachable) return;
    this.#later(CONNECTING_MS, () => this.#flow(path, other));
  }

  /** The path at the other end, if packets flow. */
  otherEnd(path: SimulatedPath): SimulatedPath | undefined {
    for (const ends of this.#flowing.values()) {
      if (ends.includes(path)) return ends.find((end) => end !== path);
    }
    return undefined;
  }

  /** Breaks every path; some heal by themselves, the others need an ICE restart. */
  breakAll(): void {
    const { random, time } = this.around;
    for (const [pair, ends] of [...this.#flowing]) {
      this.#flowing.delete(pair);
      const heals = random.chance(0.5);
      for (const path of ends) {
        const noticed = random.between(500, 3_000);
        const unlessFlowing = (state: PathState) => {
          if (!this.#flowing.has(pair)) path.say(state);
        };
        time.after(noticed, () => unlessFlowing('broken'));
        if (!heals) time.after(noticed + 8_000, () => unlessFlowing('failed'));
      }
      if (heals) time.after(random.between(2_000, 20_000), () => this.#flow(...ends));
    }
  }

  #flow(a: SimulatedPath, b: SimulatedPath): void {
    if (a.closed || b.closed) return;
    this.#flowing.set(pairOf(a, b), [a, b]);
    a.say('connected');
    b.say('connected');
  }

  #later([least, most]: readonly [number, number], run: () => void): void {
    this.around.time.after(this.around.random.between(least, most), run);
  }
}

/** Whose path it is, and what must be seen of it. */
export interface PathOwner extends Pick<End, 'alive' | 'device' | 'onSent' | 'onHeard'> {
  /** @throws if the people have not agreed to it. */
  mayTakeAnswer(): void;
  maySend(): void;
  mayPlay(): void;
  /** What must never happen has happened. */
  fail(what: string): never;
}

/** A path, negotiated as a browser does: late, and not always with success. */
export class SimulatedPath implements MediaPath {
  readonly id: number;
  readonly events: MediaPathEvents;
  /** What the peer described last. */
  remote = '';
  /** Whether any candidate of the peer's latest description was added. */
  reachable = false;
  closed = false;
  sending: OpenSource | undefined;
  readonly #air: SimulatedAir;
  readonly #own: PathOwner;
  /** Rises with every description made, as ICE credentials change. */
  #generation = 0;
  /** Offers of the peer that are being answered: meanwhile no browser makes an offer of its own. */
  #answering = 0;
  #said: PathState = 'connecting';
  #met = false;

  constructor(air: SimulatedAir, id: number, events: MediaPathEvents, own: PathOwner) {
    this.#air = air;
    this.id = id;
    this.events = events;
    this.#own = own;
  }

  /** Stands for SDP. */
  get description(): string {
    return `fake-sdp ${this.id}:${this.#generation}`;
  }

  async offer(): Promise<string> {
    await this.#pause(1, this.#chance(0.2) ? 1_500 : 20);
    return this.#describe();
  }

  async answer(offer: string): Promise<string> {
    this.#answering += 1;
    try {
      await this.#pause(1, this.#chance(0.2) ? 1_500 : 30);
      this.remote = offer;
      this.reachable = false;
      // An answer names the offer that it answers, so that the other side can refuse the wrong one.
      return `${await this.#describe()}>${offer}`;
    } finally {
      this.#answering -= 1;
    }
  }

  async takeAnswer(answer: string): Promise<void> {
    this.#own.mayTakeAnswer();
    await this.#pause(1, 20);
    const [description = '', offer] = answer.split('>');
    if (offer !== this.description) throw new Error('the answer to another offer');
    this.remote = description;
    this.reachable = false;
    this.#air.connectIfMatched(this);
  }

  async restartOffer(): Promise<string> {
    await this.#pause(1, this.#chance(0.2) ? 1_500 : 20);
    if (this.#answering > 0 || this.#chance(RESTART_FAILS)) throw new Error('no restart now');
    return this.#describe();
  }

  gathered(): Promise<void> {
    return this.#pause(300, 400);
  }

  addCandidate({ candidate }: Candidate): void {
    if (this.remote === '') this.#own.fail('a candidate before its description');
    // One of an older description leads nowhere.
    this.reachable ||= candidate.endsWith(` ${this.remote}`);
    this.#air.connectIfMatched(this);
  }

  async send(_kind: SourceKind, source: OpenSource | undefined): Promise<void> {
    if (source !== undefined) this.#own.maySend();
    this.sending = source;
  }

  takePictures(): void {
    this.#own.fail('pictures are taken');
  }

  play(): void {
    this.#own.mayPlay();
  }

  setSpeaker(): void {
    return undefined;
  }

  level(): number {
    return 0;
  }

  async quality(): Promise<CallQuality> {
    return {};
  }

  expect(): void {
    return undefined;
  }

  setDataSaver(): void {
    return undefined;
  }

  sendFrame(frame: Bytes): boolean {
    const { random, time, faulty } = this.#air.around;
    const end = this.#air.otherEnd(this);
    if (!this.#met || !this.#own.alive) return false;
    this.#own.onSent(end?.owner.device ?? this.#own.device, frame);
    if (end === undefined || (faulty && random.chance(0.3))) return true;
    const arrived = frame.slice();
    time.after(random.between(5, 300), () => {
      if (end.closed || !end.owner.alive) return;
      end.owner.onHeard(this.#own.device, arrived);
      end.events.onFrame(arrived);
    });
    return true;
  }

  get owner(): PathOwner {
    return this.#own;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#air.close(this);
  }

  /** The browser reports a state. */
  say(state: PathState): void {
    if (this.closed || this.#said === state) return;
    this.#said = state;
    this.events.onState(state);
    if (state !== 'connected' || this.#met) return;
    this.#met = true;
    this.events.onFrames(true);
  }

  /** A new description. Its candidates may well be there before it is handed over. */
  async #describe(): Promise<string> {
    await this.#pause(1, 20);
    this.#generation += 1;
    const { description } = this;
    for (const number of [1, 2]) this.#gather(0, 300, `candidate:${number} ${description}`);
    this.#gather(300, 400, '');
    await this.#pause(0, 20);
    return description;
  }

  #gather(least: number, most: number, candidate: string): void {
    const { random, time } = this.#air.around;
    time.after(random.between(least, most), () => {
      if (!this.closed) this.events.onCandidate({ candidate, mid: '0', mLineIndex: 0 });
    });
  }

  #pause(least: number, most: number): Promise<void> {
    const { random, time } = this.#air.around;
    return time.pause(random.between(least, most));
  }

  #chance(share: number): boolean {
    return this.#air.around.random.chance(share);
  }
}

const numberOf = (description: string): number => Number(/^fake-sdp (\d+):/.exec(description)?.[1]);

const pairOf = (a: SimulatedPath, b: SimulatedPath): string =>
  a.id < b.id ? `${a.id}-${b.id}` : `${b.id}-${a.id}`;
