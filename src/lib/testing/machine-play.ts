import type { Trust } from '#lib/domain/contact.ts';
import type { CallId, DeviceKey, IdentityKey } from '#lib/domain/ids.ts';
import type { OwnNetwork } from '#lib/domain/reasons.ts';
import type { Effect } from '#lib/core/call/effect.ts';
import type {
  Arrived,
  CallEvent,
  MicrophoneEvent,
  PathReport,
  Press,
  Ring,
  Tick,
  WayEvent,
  WithoutOrigin,
} from '#lib/core/call/event.ts';
import type { Via } from '#lib/core/call/leg/link.ts';
import { nextDeadline, step } from '#lib/core/call/machine/machine.ts';
import type { Call } from '#lib/core/call/machine/state.ts';
import { FREE_LINE } from '#lib/core/call/machine/line.ts';
import type { Line } from '#lib/core/call/machine/line.ts';
import type { CallBody } from '#lib/protocol/call-frame.ts';
import { TEST_EPOCH } from './fake-clock.ts';

export const OURS = 'a'.repeat(32) as CallId;
export const THEIRS = 'b'.repeat(32) as CallId;
/** `ME` is the lower key: the impolite side, whose call goes on if both call. */
const ME = 'identity m' as IdentityKey;
const PEER = 'identity p' as IdentityKey;
export const PEER_DEVICE = 'device p' as DeviceKey;

export const certificate = { payload: new Uint8Array(), signature: new Uint8Array() };
const callee = new Uint8Array(32);

export interface PlayOptions {
  readonly trust?: Trust;
  readonly hidden?: boolean;
  readonly turnAvailable?: boolean;
  /** Makes us the higher key. */
  readonly polite?: boolean;
  readonly keyChanged?: boolean;
  readonly patient?: boolean;
}

/** An event as tests tell it: where it comes from, and of which leg it is, goes without saying. */
export type Told =
  WithoutOrigin<Press | WayEvent | Ring | Arrived | MicrophoneEvent | Tick> | PathReport;

const ORIGINS: Readonly<Record<CallEvent['type'], CallEvent['from']>> = {
  call: 'person',
  accept: 'person',
  decline: 'person',
  'hang-up': 'person',
  leave: 'person',
  block: 'person',
  mute: 'person',
  'reopen-microphone': 'person',
  'resume-sound': 'person',
  background: 'person',
  dismiss: 'person',
  ring: 'peer',
  frame: 'peer',
  found: 'way',
  'reach-failed': 'way',
  'channel-opened': 'way',
  'channel-lost': 'way',
  'person-seen': 'way',
  'network-changed': 'way',
  'offer-made': 'path',
  'answer-made': 'path',
  'answer-taken': 'path',
  'restart-made': 'path',
  'path-error': 'path',
  candidate: 'path',
  'path-state': 'path',
  'play-blocked': 'path',
  hearing: 'path',
  sparse: 'path',
  detour: 'path',
  'path-frames': 'path',
  'microphone-opened': 'microphone',
  'microphone-error': 'microphone',
  'microphone-lost': 'microphone',
  'system-mute': 'microphone',
  'devices-changed': 'microphone',
  tick: 'clock',
};

/** One machine, told events one by one. */
export class MachinePlay {
  line: Line = FREE_LINE;
  now = TEST_EPOCH;
  ownNetwork: OwnNetwork = 'up';
  /** Of the last step. */
  effects: readonly Effect[] = [];
  readonly #about;
  readonly #patient: boolean;
  #heard = 0;

  constructor({
    trust = 'contact',
    hidden = false,
    turnAvailable = true,
    keyChanged = false,
    patient = false,
    polite,
  }: PlayOptions = {}) {
    this.#patient = patient;
    const self = polite ? ('identity z' as IdentityKey) : ME;
    this.#about = {
      self,
      certificate,
      peer: { key: PEER, name: 'P', trust },
      hidden,
      turnAvailable,
      keyChanged,
    };
  }

  get call(): Call | undefined {
    return this.line.call;
  }

  /** The stage, and the reason of an end. */
  get stage(): string {
    const { call } = this.line;
    return call?.stage === 'ended' ? `ended: ${call.reason}` : (call?.stage ?? 'free');
  }

  /** What the last step did, as words: the body's type for what it sent. */
  get did(): readonly string[] {
    return this.effects.map((effect) =>
      effect.do === 'send' ? effect.frame.body.type : effect.do,
    );
  }

  /** What was said in the last step. */
  get said(): readonly CallBody[] {
    return this.effects.flatMap((effect) => (effect.do === 'send' ? effect.frame.body : []));
  }

  tell(event: Told): this {
    const leg = this.call?.id ?? OURS;
    const from = ORIGINS[event.type];
    const whole = { leg, ...event, from, now: this.now } as CallEvent;
    [this.line, this.effects] = step(this.line, whole);
    return this;
  }

  press(part: { readonly supported?: boolean } = {}): this {
    const self = { id: OURS, name: 'M', callee, supported: true, patient: this.#patient };
    return this.tell({ type: 'call', ...self, ...part, ...this.#about });
  }

  ring(part: Partial<Ring> = {}, issued = this.now): this {
    if ((part.id ?? THEIRS) === THEIRS) this.#heard = 1;
    const body = { type: 'ring', certificate, name: 'P', offer: 'their offer', callee } as const;
    return this.tell({
      type: 'ring',
      id: THEIRS,
      device: PEER_DEVICE,
      isForUs: true,
      strangersMayRing: true,
      supported: true,
      frame: { sequence: 1, acknowledged: 0 },
      ...this.#about,
      body: { ...body, issued, expires: issued + 60_000 },
      ...part,
    });
  }

  /** The peer says something in the call, in order, and has heard everything so far. */
  hear(body: CallBody): this {
    return this.hearAs((this.#heard += 1), body);
  }

  hearAs(
    sequence: number,
    body: CallBody,
    id?: CallId,
    acknowledged?: number,
    via: Via = 'channel',
    part: Partial<Pick<Arrived, 'owner' | 'isKnown'>> = {},
  ): this {
    const { call } = this.line;
    const sent = call && 'leg' in call && 'link' in call.leg ? call.leg.link.sent : 0;
    const of = id ?? call?.id ?? OURS;
    const frame = { callId: of, sequence, acknowledged: acknowledged ?? sent, body };
    return this.tell({
      type: 'frame',
      id: of,
      device: PEER_DEVICE,
      frame,
      via,
      owner: PEER,
      isKnown: true,
      ...part,
    });
  }

  /** With every tick that the machine asks for meanwhile, as on a page that is awake. */
  wait(duration: number): this {
    const end = this.now + duration;
    for (let at = nextDeadline(this.line); at <= end; at = nextDeadline(this.line)) {
      this.pass(at - this.now);
    }
    this.now = end;
    return this;
  }

  /** With one tick at the end. */
  pass(duration: number): this {
    this.now += duration;
    return this.tell({ type: 'tick', ownNetwork: this.ownNetwork });
  }
}

/** Every stage, by the way that leads to it. */
const WAYS: Readonly<Record<Call['stage'], (play: MachinePlay) => MachinePlay>> = {
  finding: (play: MachinePlay) => play.press(),
  reaching: (play: MachinePlay) => WAYS.finding(play).tell({ type: 'found' }),
  rung: (play: MachinePlay) =>
    WAYS.reaching(play)
      .tell({ type: 'offer-made', offer: 'our offer' })
      .tell({ type: 'microphone-opened' })
      .tell({ type: 'channel-opened', device: PEER_DEVICE }),
  ringing: (play: MachinePlay) => WAYS.rung(play).hear({ type: 'ringing', certificate }),
  incoming: (play: MachinePlay) => play.ring(),
  answering: (play: MachinePlay) => WAYS.incoming(play).tell({ type: 'accept' }),
  connecting: (play: MachinePlay) =>
    WAYS.ringing(play).hear({ type: 'accept', certificate, answer: 'their answer' }),
  connected: (play: MachinePlay) =>
    WAYS.connecting(play)
      .tell({ type: 'answer-taken' })
      .tell({ type: 'path-state', state: 'connected' }),
  reconnecting: (play: MachinePlay) =>
    WAYS.connected(play).tell({ type: 'path-state', state: 'broken' }),
  ended: (play: MachinePlay) => WAYS.connected(play).tell({ type: 'hang-up' }),
};

export const at = (stage: Call['stage'], options?: PlayOptions): MachinePlay =>
  WAYS[stage](new MachinePlay(options));

export type Stage = Call['stage'];
export const STAGES = Object.keys(WAYS) as readonly Stage[];
/** The stages after ACCEPT. */
export const LIVE: readonly Stage[] = ['connecting', 'connected', 'reconnecting'];
