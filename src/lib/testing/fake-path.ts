import type { Bytes } from '#lib/domain/bytes.ts';
import type { CallQuality } from '#lib/domain/call.ts';
import type {
  Candidate,
  IceServer,
  MediaPath,
  MediaPathEvents,
  OpenSource,
  PathState,
  PictureKind,
  SourceKind,
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

/** A connection that exists in the memory of a test only. */
export class FakePath implements MediaPath {
  readonly policy: 'all' | 'relay';
  /** Those given last: when it was opened, or restarted. */
  servers: readonly IceServer[];
  closed = false;
  playing = false;
  speaker: string | undefined;
  remote: string | undefined;
  readonly candidates: Candidate[] = [];
  qualityNow: CallQuality = {};
  /** What the peer was said to send. */
  expected: Parameters<MediaPath['expect']>[0] | undefined;
  dataSaver = false;
  /** Whether its data channel carries what is sent here. */
  carries = true;
  /** Makes every piece of work on descriptions fail. */
  refuses = false;
  /** Until when candidates are being gathered. */
  gathering: Promise<void> = Promise.resolve();
  /** Candidates lead nowhere: it never connects. */
  isolated = false;
  readonly #id: number;
  readonly #air: FakeAir;
  readonly #events: MediaPathEvents;
  readonly #sources = new Map<SourceKind, OpenSource>();
  readonly #taken = new Set<PictureKind>();
  /** The kinds that the description in force says are sent, and taken. */
  #agreed: { readonly sent: ReadonlySet<SourceKind>; readonly taken: ReadonlySet<PictureKind> } = {
    sent: new Set(),
    taken: new Set(),
  };
  readonly #shown = new Set<PictureKind>();
  #generation = 0;
  #offer: string | undefined;
  /** The path that it was connected with last. */
  #partner: FakePath | undefined;

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

  preparedOffer: string | undefined;

  /** As a path is that was made ready. */
  makeReady(): void {
    this.preparedOffer = this.#describe();
  }

  async offer(): Promise<string> {
    return (this.#offer ??= this.preparedOffer ?? this.#describe());
  }

  async answer(offer: string, servers = this.servers): Promise<string> {
    this.servers = servers;
    this.#takeRemote(offer);
    return this.#describe();
  }

  async takeAnswer(answer: string): Promise<void> {
    this.#takeRemote(answer);
  }

  async restartOffer(servers = this.servers): Promise<string> {
    this.servers = servers;
    return this.#describe();
  }

  gathered(): Promise<void> {
    return this.gathering;
  }

  addCandidate(candidate: Candidate): void {
    if (this.remote === undefined) throw new Error('a candidate before its description');
    this.candidates.push(candidate);
    this.#connectIfMatched();
  }

  /** The microphone whose sound is sent now. */
  get sending(): OpenSource | undefined {
    return this.#sources.get('microphone');
  }

  async send(kind: SourceKind, source: OpenSource | undefined): Promise<void> {
    if (source === undefined) this.#sources.delete(kind);
    else this.#sources.set(kind, source);
  }

  takePictures(kind: PictureKind, on: boolean): void {
    if (on) this.#taken.add(kind);
    else this.#taken.delete(kind);
  }

  /** Tells which pictures come from the other end, by what both described last. */
  look(): void {
    const other = this.#air.otherEnd(this);
    for (const kind of ['camera', 'screen'] as const) {
      const comes =
        other !== undefined && this.#agreed.taken.has(kind) && other.#agreed.sent.has(kind);
      if (comes === this.#shown.has(kind) || this.closed) continue;
      if (comes) this.#shown.add(kind);
      else this.#shown.delete(kind);
      this.#events.onPicture(kind, comes ? { showIn: () => () => undefined } : undefined);
    }
  }

  play(): void {
    this.playing = true;
  }

  setSpeaker(id: string | undefined): void {
    this.speaker = id;
  }

  level(): number {
    return this.playing && !this.closed && this.#air.otherEnd(this)?.sending ? 0.5 : 0;
  }

  async quality(): Promise<CallQuality> {
    return this.qualityNow;
  }

  expect(peer: Parameters<MediaPath['expect']>[0]): void {
    this.expected = peer;
  }

  setDataSaver(on: boolean): void {
    this.dataSaver = on;
  }

  sendFrame(frame: Bytes): boolean {
    const partner = this.#partner;
    if (this.closed || partner === undefined) return false;
    const copy = frame.slice();
    if (this.carries) queueMicrotask(() => partner.receiveFrame(copy));
    return true;
  }

  /** A frame arrives over the data channel. */
  receiveFrame(frame: Bytes): void {
    if (!this.closed) this.#events.onFrame(frame);
  }

  hear(hearing: 'heard' | 'silent'): void {
    this.#events.onHearing(hearing);
  }

  /** It could go directly. */
  takeDetour(): void {
    this.#events.onDetour();
  }

  becomeSparse(sparse: boolean): void {
    this.#events.onSparse(sparse);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const partner = this.#partner;
    queueMicrotask(() => partner?.report('broken'));
  }

  /** The browser reports a state. */
  report(state: PathState): void {
    if (!this.closed) this.#events.onState(state);
  }

  /** The browser wants a tap before it plays. */
  blockPlay(): void {
    this.playing = false;
    this.#events.onPlayBlocked();
  }

  /** The data channel opens with the first connection, and stays. */
  meet(other: FakePath): void {
    if (this.closed) return;
    const first = this.#partner === undefined;
    this.#partner = other;
    if (first) this.#events.onFrames(true);
  }

  #describe(): string {
    if (this.refuses) throw new Error('refused by the test');
    this.#generation += 1;
    this.#agreed = { sent: new Set(this.#sources.keys()), taken: new Set(this.#taken) };
    const { description } = this;
    queueMicrotask(() => {
      this.#gather(`candidate:${this.#id} of ${description}`);
      this.#gather('');
    });
    return description;
  }

  #takeRemote(description: string): void {
    if (this.refuses) throw new Error('refused by the test');
    if (!description.startsWith('fake-sdp ')) throw new Error('no description');
    this.remote = description;
  }

  #gather(candidate: string): void {
    if (!this.closed) this.#events.onCandidate({ candidate, mid: '0', mLineIndex: 0 });
  }

  #connectIfMatched(): void {
    const other = this.#air.otherEnd(this);
    if (other === undefined || this.isolated || other.isolated) return;
    this.meet(other);
    other.meet(this);
    for (const path of [this, other]) {
      path.report('connected');
      path.look();
    }
  }
}
