import type { CallQuality } from '#lib/domain/call.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer, MediaPath, MediaPaths, OpenMicrophone } from '#lib/ports/media.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { Log } from '#lib/ports/log.ts';
import type { PathEffect } from '../effect.ts';
import type { PathReport } from '../event.ts';
import { PathFrames } from '../ways/path-frames.ts';

export interface PathWorkPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: () => Settings;
  readonly paths: MediaPaths;
  /** Those of now: their credentials expire. */
  readonly iceServers: () => readonly IceServer[];
  readonly pageLife: Pick<PageLife, 'afterPaint'>;
}

export interface PathWorkEvents {
  report(event: PathReport): void;
  /** A frame that came over the path. `false` for what no honest peer sends. */
  onFrame(frame: CallFrame): Promise<boolean>;
}

type PathEffectOf<D extends PathEffect['do']> = Extract<PathEffect, { readonly do: D }>;
type LaterEffect = Exclude<PathEffect, { readonly do: 'open-path' | 'close-path' }>;

/** The media path of one leg. What comes late, after it was closed, is thrown away. */
export class PathWork {
  readonly #ports: PathWorkPorts;
  readonly #events: PathWorkEvents;
  readonly #microphone: () => OpenMicrophone | undefined;
  #path: MediaPath | undefined;
  #frames: PathFrames | undefined;
  /** The speaker that the path plays on. */
  #speaker: string | undefined;
  #dataSaver = false;
  /** What is to be done once the path was made, while that waits. */
  #waiting: LaterEffect[] | undefined;
  /** Whether the call has come so far that the microphone's sound is sent. */
  #sending = false;
  /** Whether the call has come so far that what the peer sends is played. */
  #playing = false;

  /** @param microphone the one that is open now, if any */
  constructor(
    ports: PathWorkPorts,
    microphone: () => OpenMicrophone | undefined,
    events: PathWorkEvents,
  ) {
    this.#ports = ports;
    this.#microphone = microphone;
    this.#events = events;
  }

  /** Another microphone is open than before, or none. */
  useMicrophone(microphone: OpenMicrophone | undefined): void {
    if (this.#sending) this.#attach(microphone);
  }

  /** After a tap, where the browser wanted one. Nothing is played that was not to be played before. */
  replay(): void {
    if (this.#playing) this.#path?.play();
  }

  async quality(): Promise<CallQuality | undefined> {
    return this.#path?.quality();
  }

  /** Loudness of what the peer sends, 0 to 1. */
  level(): number {
    return this.#path?.level() ?? 0;
  }

  /** Sends over the path as well, if that is possible. */
  sendFrame(frame: CallFrame): void {
    this.#frames?.send(frame);
  }

  /**
   * Makes the connection; for one that answers this takes the browser longer than all else that a RING or a press
   * brings: the screen and the tone come first; a RING's are on the screen before it begins. What else is to be done
   * meanwhile waits its turn.
   */
  open({ policy, side, rings }: PathEffectOf<'open-path'>): void {
    if (side === 'offers') return this.#openPath(policy, side);
    const waiting: LaterEffect[] = [];
    const run = () => {
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      this.#openPath(policy, side);
      for (const next of waiting) this.#run(next);
    };
    this.#waiting = waiting;
    if (rings) this.#ports.pageLife.afterPaint(run);
    else queueMicrotask(run);
  }

  run(effect: LaterEffect): void {
    if (this.#waiting === undefined) this.#run(effect);
    else this.#waiting.push(effect);
  }

  #run(effect: LaterEffect): void {
    switch (effect.do) {
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
      case 'send-sound':
        this.#sending = true;
        return this.#attach(this.#microphone());
      case 'play':
        this.#playing = true;
        this.useSettings();
        return this.#path?.play();
      case 'expect':
        return this.#path?.expect({ sending: effect.sending, muted: effect.muted });
    }
  }

  /** The settings may have changed: if so, the call goes on with the chosen devices and as sparingly as chosen. */
  useSettings(): void {
    const { speaker, dataSaver } = this.#ports.settings();
    if (this.#path === undefined) return;
    if (speaker !== this.#speaker) this.#path.setSpeaker(speaker);
    if (dataSaver !== this.#dataSaver) this.#path.setDataSaver(dataSaver);
    this.#speaker = speaker;
    this.#dataSaver = dataSaver;
  }

  close(): void {
    this.#waiting = undefined;
    const path = this.#path;
    this.#path = undefined;
    this.#frames = undefined;
    path?.close();
  }

  #openPath(policy: 'all' | 'relay', side: 'offers' | 'answers'): void {
    const { clock, log } = this.#ports;
    const report = (event: PathReport) => {
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
        onPlayBlocked: () => report({ type: 'play-blocked' }),
        onFrame: (frame) => frames.receive(frame),
        onFrames: (open) => frames.onFrames(open),
        onHearing: (hearing) => report({ type: 'hearing', hearing }),
        onSparse: (sparse) => report({ type: 'sparse', sparse }),
        onDetour: () => report({ type: 'detour' }),
        // None are taken, so that none come.
        onPicture: () => undefined,
      });
      this.#path = path;
      this.#frames = frames;
      this.useSettings();
    } catch {
      this.#events.report({ type: 'path-error', at: 'offer' });
    }
  }

  #makeOffer(): void {
    const offer = this.#path?.preparedOffer;
    // In the task of the press, so that RING is on its way before the screen changes.
    if (offer !== undefined) return this.#events.report({ type: 'offer-made', offer });
    this.#onPath('offer', async (path) => ({ type: 'offer-made', offer: await path.offer() }));
  }

  #makeAnswer({ offer, round, gathered }: PathEffectOf<'make-answer'>): void {
    // A restart gathers again, for which the credentials of before may be too old.
    const again = round === undefined ? [] : ([this.#ports.iceServers()] as const);
    this.#onPath('answer', async (path) => {
      const answer = await path.answer(offer, ...again);
      if (gathered) await path.gathered();
      return { type: 'answer-made', answer, ...(round !== undefined && { round }) };
    });
  }

  #onPath(
    at: Extract<PathReport, { readonly type: 'path-error' }>['at'],
    work: (path: MediaPath) => Promise<PathReport>,
  ): void {
    const path = this.#path;
    if (path === undefined) return;
    void work(path)
      .catch((cause: unknown): PathReport => {
        this.#ports.log.warn('call path refused', { at, error: nameOf(cause) });
        return { type: 'path-error', at };
      })
      .then((event) => {
        if (this.#path === path) this.#events.report(event);
      });
  }

  #attach(microphone: OpenMicrophone | undefined): void {
    this.#path?.send('microphone', microphone).catch((cause: unknown) => {
      this.#ports.log.warn('call sound not sent', { error: nameOf(cause) });
    });
  }
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'unknown');
