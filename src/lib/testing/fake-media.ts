import type { CallQuality } from '#lib/domain/call.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type {
  AudioDevice,
  Candidate,
  IceServer,
  MediaPath,
  MediaPathEvents,
  MediaPaths,
  Microphones,
  OpenMicrophone,
  PathState,
} from '#lib/ports/media.ts';

/** The paths of all devices of a test: two connect once each has the other's description and one a candidate. */
export class FakeAir {
  readonly #paths: FakePath[] = [];

  add(path: FakePath): number {
    return this.#paths.push(path);
  }

  /** The path at the other end, once both have each other's latest description. */
  otherEnd(path: FakePath): FakePath | undefined {
    return this.#paths.find(
      (other) =>
        !other.closed && other.remote === path.description && path.remote === other.description,
    );
  }
}

/** Connections that exist in the memory of a test only. */
export class FakeMediaPaths implements MediaPaths {
  supported = true;
  /** Every path that was ever opened, in order. */
  readonly opened: FakePath[] = [];
  readonly #air: FakeAir;

  constructor(air: FakeAir) {
    this.#air = air;
  }

  open(policy: 'all' | 'relay', servers: readonly IceServer[], events: MediaPathEvents): FakePath {
    const path = new FakePath(this.#air, policy, servers, events);
    this.opened.push(path);
    return path;
  }

  /** The path opened last. */
  get last(): FakePath {
    const path = this.opened.at(-1);
    if (path === undefined) throw new Error('no path was opened');
    return path;
  }
}

export class FakePath implements MediaPath {
  readonly policy: 'all' | 'relay';
  readonly servers: readonly IceServer[];
  closed = false;
  playing = false;
  speaker: string | undefined;
  /** What is sent now. */
  sending: OpenMicrophone | undefined;
  remote: string | undefined;
  readonly candidates: Candidate[] = [];
  qualityNow: CallQuality = {};
  /** Makes the next piece of work on descriptions fail. */
  refuses = false;
  readonly #id: number;
  readonly #air: FakeAir;
  readonly #events: MediaPathEvents;
  #generation = 0;

  constructor(
    air: FakeAir,
    policy: 'all' | 'relay',
    servers: readonly IceServer[],
    events: MediaPathEvents,
  ) {
    this.#air = air;
    this.policy = policy;
    this.servers = servers;
    this.#events = events;
    this.#id = air.add(this);
  }

  /** Stands for SDP. */
  get description(): string {
    return `fake-sdp ${this.#id} ${this.#generation}`;
  }

  async offer(): Promise<string> {
    return this.#describe();
  }

  async answer(offer: string): Promise<string> {
    this.#takeRemote(offer);
    return this.#describe();
  }

  async takeAnswer(answer: string): Promise<void> {
    this.#takeRemote(answer);
  }

  async restartOffer(): Promise<string> {
    return this.#describe();
  }

  addCandidate(candidate: Candidate): void {
    if (this.remote === undefined) throw new Error('a candidate before its description');
    this.candidates.push(candidate);
    this.#connectIfMatched();
  }

  async send(microphone: OpenMicrophone | undefined): Promise<void> {
    this.sending = microphone;
  }

  play(): void {
    this.playing = true;
  }

  setSpeaker(id: string | undefined): void {
    this.speaker = id;
  }

  level(): number {
    return this.playing && this.#air.otherEnd(this)?.sending ? 0.5 : 0;
  }

  async quality(): Promise<CallQuality> {
    return this.qualityNow;
  }

  close(): void {
    this.closed = true;
  }

  /** The browser reports a state. */
  report(state: PathState): void {
    if (!this.closed) this.#events.onState(state);
  }

  /** The browser wants a tap before it plays. */
  blockPlay(): void {
    this.#events.onPlayBlocked();
  }

  #describe(): string {
    if (this.refuses) throw new Error('refused by the test');
    this.#generation += 1;
    const { description } = this;
    queueMicrotask(() => {
      this.#gather(`candidate:${this.#id} of ${description}`);
      this.#gather('');
    });
    return description;
  }

  #takeRemote(description: string): void {
    if (this.refuses) throw new Error('refused by the test');
    this.remote = description;
  }

  #gather(candidate: string): void {
    if (!this.closed) this.#events.onCandidate({ candidate, mid: '0', mLineIndex: 0 });
  }

  #connectIfMatched(): void {
    const other = this.#air.otherEnd(this);
    if (other === undefined) return;
    this.report('connected');
    other.report('connected');
  }
}

/** Microphones that open at once, refuse, or wait until a test lets them open. */
export class FakeMicrophones implements Microphones {
  behaviour: 'opens' | 'waits' | MicrophoneProblem = 'opens';
  devices: readonly AudioDevice[] = [];
  readonly opened: FakeMicrophone[] = [];
  /** The most that were ever opening side by side. */
  mostOpening = 0;
  #opening = 0;
  #waiting: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();

  async open(id: string | undefined, signal: AbortSignal): Promise<FakeMicrophone> {
    this.#opening += 1;
    this.mostOpening = Math.max(this.mostOpening, this.#opening);
    try {
      return await this.#open(id, signal);
    } finally {
      this.#opening -= 1;
    }
  }

  async #open(id: string | undefined, signal: AbortSignal): Promise<FakeMicrophone> {
    if (this.behaviour === 'waits') {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    } else if (this.behaviour !== 'opens') {
      throw new WoxlyError<MicrophoneProblem>(this.behaviour);
    }
    const microphone = new FakeMicrophone(id);
    this.opened.push(microphone);
    return microphone;
  }

  /** Opens those that wait. */
  allow(): void {
    this.behaviour = 'opens';
    for (const open of this.#waiting.splice(0)) open();
  }

  /** How many are open now: the browser's recording light. */
  get recording(): number {
    return this.opened.filter(({ closed }) => !closed).length;
  }

  async list(): Promise<readonly AudioDevice[]> {
    return this.devices;
  }

  async speakers(): Promise<readonly AudioDevice[]> {
    return [];
  }

  onChange(run: () => void): () => void {
    this.#watchers.add(run);
    return () => void this.#watchers.delete(run);
  }

  /** A device was plugged in or out. */
  change(devices: readonly AudioDevice[]): void {
    this.devices = devices;
    for (const run of this.#watchers) run();
  }
}

export class FakeMicrophone implements OpenMicrophone {
  readonly id: string | undefined;
  muted = false;
  closed = false;
  #onLost: () => void = () => undefined;

  constructor(id: string | undefined) {
    this.id = id;
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
  }

  level(): number {
    return this.muted || this.closed ? 0 : 0.5;
  }

  onLost(run: () => void): void {
    this.#onLost = run;
  }

  close(): void {
    this.closed = true;
  }

  /** The system takes the device away. */
  lose(): void {
    if (!this.closed) this.#onLost();
  }
}
