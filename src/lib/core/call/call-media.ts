import type { CallQuality } from '#lib/domain/call.ts';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { Log } from '#lib/ports/log.ts';
import type {
  IceServer,
  MediaPath,
  MediaPaths,
  Microphones,
  OpenMicrophone,
} from '#lib/ports/media.ts';
import type { Effect } from './call-effect.ts';
import type { Media, Sound } from './call-event.ts';

export interface CallMediaPorts {
  readonly log: Log;
  readonly paths: MediaPaths;
  readonly microphones: Microphones;
  readonly iceServers: () => readonly IceServer[];
  readonly settings: () => Settings;
}

export type MediaEffect = Extract<
  Effect,
  {
    readonly do:
      | 'open-path'
      | 'close-path'
      | 'make-offer'
      | 'make-answer'
      | 'take-answer'
      | 'make-restart'
      | 'add-candidate'
      | 'open-microphone'
      | 'set-muted'
      | 'send-sound'
      | 'play';
  }
>;

/** The path and the microphone of one call. What comes late, after either was closed, is thrown away. */
export class CallMedia {
  readonly #ports: CallMediaPorts;
  readonly #report: (event: Media | Sound) => void;
  readonly #ended = new AbortController();
  #path: MediaPath | undefined;
  #microphone: OpenMicrophone | undefined;
  /** The choice that {@link #microphone} came of. */
  #used: string | undefined;
  /** The choice that was tried last; it may have failed, and then the one before goes on. */
  #choice: string | undefined;
  /** Whether a microphone was ever asked for in this call. */
  #wanted = false;
  #opening = false;
  /** The speaker that the path plays on. */
  #speaker: string | undefined;
  #muted = false;
  /** Whether the call has come so far that the microphone's sound is sent. */
  #sending = false;

  constructor(ports: CallMediaPorts, report: (event: Media | Sound) => void) {
    this.#ports = ports;
    this.#report = report;
  }

  /** After a tap, where the browser wanted one. */
  replay(): void {
    this.#path?.play();
  }

  async quality(): Promise<CallQuality | undefined> {
    return this.#path?.quality();
  }

  levels(): { readonly own: number; readonly peer: number } {
    const own = this.#muted ? 0 : (this.#microphone?.level() ?? 0);
    return { own, peer: this.#path?.level() ?? 0 };
  }

  run(effect: MediaEffect): void {
    switch (effect.do) {
      case 'open-path':
        return this.#openPath(effect.policy);
      case 'close-path':
        return this.#closePath();
      case 'make-offer':
        return this.#onPath('offer', async (path) => {
          return { type: 'offer-made', offer: await path.offer() };
        });
      case 'make-answer':
        return this.#onPath('answer', async (path) => {
          return { type: 'answer-made', answer: await path.answer(effect.offer) };
        });
      case 'take-answer':
        return this.#onPath('take-answer', async (path) => {
          await path.takeAnswer(effect.answer);
          return { type: 'answer-taken' };
        });
      case 'make-restart':
        return this.#onPath('restart', async (path) => {
          return { type: 'restart-made', offer: await path.restartOffer() };
        });
      case 'add-candidate':
        return this.#path?.addCandidate(effect.candidate);
      case 'open-microphone':
        this.#wanted = true;
        return void this.#openMicrophone();
      case 'set-muted':
        this.#muted = effect.muted;
        return this.#microphone?.setMuted(effect.muted);
      case 'send-sound':
        this.#sending = true;
        return this.#attach(this.#microphone);
      case 'play':
        this.#useSpeaker();
        return this.#path?.play();
    }
  }

  /** The choice of devices may have changed: if so, the call goes on with the chosen ones. */
  useChosenDevices(): void {
    this.#useSpeaker();
    if (!this.#wanted || this.#ports.settings().microphone === this.#choice) return;
    void this.#openMicrophone();
  }

  close(): void {
    this.#ended.abort();
    this.#closePath();
    this.#microphone?.close();
    this.#microphone = undefined;
  }

  #openPath(policy: 'all' | 'relay'): void {
    const report = (event: Media) => {
      if (this.#path === path) this.#report(event);
    };
    let path: MediaPath | undefined;
    try {
      path = this.#ports.paths.open(policy, this.#ports.iceServers(), {
        onCandidate: (candidate) => report({ type: 'candidate', candidate }),
        onState: (state) => report({ type: 'path-state', state }),
        onPlayBlocked: () => report({ type: 'play-blocked', blocked: true }),
      });
      this.#path = path;
      this.#speaker = undefined;
    } catch {
      this.#report({ type: 'path-error', at: 'offer' });
    }
  }

  #closePath(): void {
    const path = this.#path;
    this.#path = undefined;
    path?.close();
  }

  #onPath(
    at: Extract<Media, { readonly type: 'path-error' }>['at'],
    work: (path: MediaPath) => Promise<Media>,
  ): void {
    const path = this.#path;
    if (path === undefined) return;
    void work(path)
      .catch((cause: unknown): Media => {
        this.#ports.log.warn('call path refused', { at, error: nameOf(cause) });
        return { type: 'path-error', at };
      })
      .then((event) => {
        if (this.#path === path) this.#report(event);
      });
  }

  #useSpeaker(): void {
    const { speaker } = this.#ports.settings();
    if (this.#path === undefined || speaker === this.#speaker) return;
    this.#speaker = speaker;
    this.#path.setSpeaker(speaker);
  }

  /** Opens the chosen microphone, and then any that was chosen meanwhile: never two side by side. */
  async #openMicrophone(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    const { signal } = this.#ended;
    let problem: MicrophoneProblem | undefined;
    do {
      this.#choice = this.#ports.settings().microphone;
      problem = await this.#tryMicrophone(this.#choice, signal);
    } while (!signal.aborted && this.#ports.settings().microphone !== this.#choice);
    this.#opening = false;
    if (problem && !signal.aborted) this.#report({ type: 'microphone-error', problem });
  }

  async #tryMicrophone(
    choice: string | undefined,
    signal: AbortSignal,
  ): Promise<MicrophoneProblem | undefined> {
    if (this.#microphone !== undefined && choice === this.#used) {
      this.#report({ type: 'microphone-opened' });
      return undefined;
    }
    try {
      const microphone = await this.#ports.microphones.open(choice, signal);
      if (signal.aborted) microphone.close();
      else this.#use(microphone, choice);
      return undefined;
    } catch (cause) {
      return problemOf(cause);
    }
  }

  #use(microphone: OpenMicrophone, choice: string | undefined): void {
    this.#microphone?.close();
    this.#microphone = microphone;
    this.#used = choice;
    microphone.onLost(() => {
      if (this.#microphone !== microphone) return;
      this.#microphone = undefined;
      microphone.close();
      if (this.#sending) this.#attach(undefined);
      this.#report({ type: 'microphone-lost' });
    });
    microphone.setMuted(this.#muted);
    if (this.#sending) this.#attach(microphone);
    this.#report({ type: 'microphone-opened' });
  }

  #attach(microphone: OpenMicrophone | undefined): void {
    this.#path?.send(microphone).catch((cause: unknown) => {
      this.#ports.log.warn('call sound not sent', { error: nameOf(cause) });
    });
  }
}

const PROBLEMS: readonly MicrophoneProblem[] = ['refused', 'missing', 'failed'];

const problemOf = (cause: unknown): MicrophoneProblem =>
  (cause instanceof WoxlyError && PROBLEMS.find((problem) => problem === cause.reason)) || 'failed';

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'unknown');
