import type { CallQuality } from '#lib/domain/call.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer, MediaPath, MediaPaths, OpenMicrophone } from '#lib/ports/media.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { Effect } from '../machine/effect.ts';
import type { PathEvent, WayEvent, MicrophoneEvent } from '../machine/event.ts';
import { MicrophoneWork } from './microphone-work.ts';
import type { MicrophoneWorkPorts } from './microphone-work.ts';
import { PathFrames } from '../ways/path-frames.ts';

export interface PathWorkPorts extends MicrophoneWorkPorts {
  readonly clock: Clock;
  readonly paths: MediaPaths;
  /** Those of now: their credentials expire. */
  readonly iceServers: () => readonly IceServer[];
  readonly pageLife: Pick<PageLife, 'afterPaint'>;
}

export interface PathWorkEvents {
  report(event: PathEvent | MicrophoneEvent | WayEvent): void;
  /** A frame that came over the path. `false` for what no honest peer sends. */
  onFrame(frame: CallFrame): Promise<boolean>;
}

export type MediaEffect = Exclude<
  Effect,
  { readonly do: 'send' | 'record' | 'ring-now' | 'finish' | 'reach' | 'reopen' | 'continue-as' }
>;

type MediaEffectOf<D extends MediaEffect['do']> = Extract<MediaEffect, { readonly do: D }>;

/** The path and the microphone of one call. What comes late, after either was closed, is thrown away. */
export class PathWork {
  readonly #ports: PathWorkPorts;
  readonly #events: PathWorkEvents;
  readonly #microphone: MicrophoneWork;
  #path: MediaPath | undefined;
  #frames: PathFrames | undefined;
  /** The speaker that the path plays on. */
  #speaker: string | undefined;
  #dataSaver = false;
  #waiting: MediaEffect[] | undefined;
  /** Whether the call has come so far that the microphone's sound is sent. */
  #sending = false;
  /** Whether the call has come so far that what the peer sends is played. */
  #playing = false;

  constructor(ports: PathWorkPorts, events: PathWorkEvents) {
    this.#ports = ports;
    this.#events = events;
    this.#microphone = new MicrophoneWork(ports, {
      report: (event) => events.report(event),
      onChange: (microphone) => {
        if (this.#sending) this.#attach(microphone);
      },
    });
  }

  /** After a tap, where the browser wanted one. Nothing is played that was not to be played before. */
  replay(): void {
    if (this.#playing) this.#path?.play();
  }

  async quality(): Promise<CallQuality | undefined> {
    return this.#path?.quality();
  }

  get ownLevel(): number {
    return this.#microphone.level();
  }

  get peerLevel(): number {
    return this.#path?.level() ?? 0;
  }

  /** Sends over the path as well, if that is possible. */
  sendFrame(frame: CallFrame): void {
    this.#frames?.send(frame);
  }

  run(effect: MediaEffect): void {
    if (this.#waiting !== undefined) this.#waiting.push(effect);
    else if (effect.do === 'open-path' && effect.side === 'answers') this.#runLater(effect);
    else this.#run(effect);
  }

  /**
   * Making a connection takes the browser longer than all else that a RING or a press brings: the screen and the tone
   * come first; a RING's are on the screen before it begins. What else is to be done meanwhile waits its turn.
   */
  #runLater(effect: MediaEffectOf<'open-path'>): void {
    const waiting: MediaEffect[] = [effect];
    const run = () => {
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      for (const next of waiting) this.#run(next);
    };
    this.#waiting = waiting;
    if (effect.rings) this.#ports.pageLife.afterPaint(run);
    else queueMicrotask(run);
  }

  #run(effect: MediaEffect): void {
    switch (effect.do) {
      case 'open-path':
        return this.#openPath(effect.policy, effect.side);
      case 'close-path':
        return this.#closePath();
      case 'make-offer':
        return this.#makeOffer();
      case 'make-answer':
        return this.#makeAnswer(effect);
      case 'take-answer':
        return this.#onPath('take-answer', async (path) => {
          await path.takeAnswer(effect.answer);
          return { type: 'answer-taken' };
        });
      case 'make-restart':
        return this.#onPath('restart', async (path) => {
          const offer = await path.restartOffer(this.#ports.iceServers());
          if (effect.gathered) await path.gathered();
          return { type: 'restart-made', offer };
        });
      case 'add-candidate':
        return this.#path?.addCandidate(effect.candidate);
      case 'open-microphone':
        return this.#microphone.open();
      case 'renew-microphone':
        return void this.#microphone.renew();
      case 'set-muted':
        return this.#microphone.setMuted(effect.muted);
      case 'send-sound':
        this.#sending = true;
        return this.#attach(this.#microphone.current);
      case 'play':
        this.#playing = true;
        this.#useSettings();
        return this.#path?.play();
      case 'expect':
        return this.#path?.expect({ sending: effect.sending, muted: effect.muted });
    }
  }

  /** The settings may have changed: if so, the call goes on with the chosen devices and as sparingly as chosen. */
  useSettings(): void {
    this.#useSettings();
    this.#microphone.useChosen();
  }

  close(): void {
    this.#waiting = undefined;
    this.#closePath();
    this.#microphone.close();
  }

  #openPath(policy: 'all' | 'relay', side: 'offers' | 'answers'): void {
    const { clock, log } = this.#ports;
    const report = (event: PathEvent) => {
      if (this.#path === path) this.#events.report(event);
    };
    let path: MediaPath | undefined;
    const frames = new PathFrames(clock, log, () => path, {
      onFrame: async (frame) => this.#path !== path || this.#events.onFrame(frame),
      onOpen: (open) => {
        if (this.#path === path) this.#events.report({ type: 'path-frames', open });
      },
    });
    try {
      path = this.#ports.paths.open(policy, this.#ports.iceServers(), side, {
        onCandidate: (candidate) => report({ type: 'candidate', candidate }),
        onState: (state) => {
          report({ type: 'path-state', state });
          frames.onState(state);
        },
        onPlayBlocked: () => report({ type: 'play-blocked', blocked: true }),
        onFrame: (frame) => frames.receive(frame),
        onFrames: (open) => frames.onFrames(open),
        onHearing: (hearing) => report({ type: 'hearing', hearing }),
        onSparse: (sparse) => report({ type: 'sparse', sparse }),
        onDetour: () => report({ type: 'detour' }),
      });
      this.#path = path;
      this.#frames = frames;
      this.#speaker = undefined;
      this.#dataSaver = false;
      this.#useSettings();
    } catch {
      this.#events.report({ type: 'path-error', at: 'offer' });
    }
  }

  #closePath(): void {
    const path = this.#path;
    this.#path = undefined;
    this.#frames = undefined;
    path?.close();
  }

  #makeOffer(): void {
    const offer = this.#path?.preparedOffer;
    // In the task of the press, so that RING is on its way before the screen changes.
    if (offer !== undefined) return this.#events.report({ type: 'offer-made', offer });
    this.#onPath('offer', async (path) => ({ type: 'offer-made', offer: await path.offer() }));
  }

  #makeAnswer({ offer, round, gathered }: MediaEffectOf<'make-answer'>): void {
    // A restart gathers again, for which the credentials of before may be too old.
    const again = round === undefined ? [] : ([this.#ports.iceServers()] as const);
    this.#onPath('answer', async (path) => {
      const answer = await path.answer(offer, ...again);
      if (gathered) await path.gathered();
      return { type: 'answer-made', answer, ...(round !== undefined && { round }) };
    });
  }

  #onPath(
    at: Extract<PathEvent, { readonly type: 'path-error' }>['at'],
    work: (path: MediaPath) => Promise<PathEvent>,
  ): void {
    const path = this.#path;
    if (path === undefined) return;
    void work(path)
      .catch((cause: unknown): PathEvent => {
        this.#ports.log.warn('call path refused', { at, error: nameOf(cause) });
        return { type: 'path-error', at };
      })
      .then((event) => {
        if (this.#path === path) this.#events.report(event);
      });
  }

  #useSettings(): void {
    const { speaker, dataSaver } = this.#ports.settings();
    if (this.#path === undefined) return;
    if (speaker !== this.#speaker) this.#path.setSpeaker(speaker);
    if (dataSaver !== this.#dataSaver) this.#path.setDataSaver(dataSaver);
    this.#speaker = speaker;
    this.#dataSaver = dataSaver;
  }

  #attach(microphone: OpenMicrophone | undefined): void {
    this.#path?.send(microphone).catch((cause: unknown) => {
      this.#ports.log.warn('call sound not sent', { error: nameOf(cause) });
    });
  }
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'unknown');
