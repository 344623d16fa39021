import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { Settings } from '#lib/domain/settings.ts';
import type { Log } from '#lib/ports/log.ts';
import type { Microphones, OpenMicrophone } from '#lib/ports/media.ts';
import type { MicrophoneEffect } from '../effect.ts';
import type { MicrophoneEvent, WithoutOrigin } from '../event.ts';

export interface MicrophoneWorkPorts {
  readonly log: Log;
  readonly microphones: Microphones;
  readonly settings: () => Settings;
}

export interface MicrophoneWorkEvents {
  report(event: MicrophoneEvent): void;
  /** This is the microphone from now on, or there is none. */
  onChange(microphone: OpenMicrophone | undefined): void;
}

type MicrophoneReport = WithoutOrigin<MicrophoneEvent>;

/** The microphone of one call. What opens late, after it was closed, is closed. */
export class MicrophoneWork {
  readonly #ports: MicrophoneWorkPorts;
  readonly #events: MicrophoneWorkEvents;
  readonly #ended = new AbortController();
  #current: OpenMicrophone | undefined;
  /** The choice that {@link #current} came of. */
  #used: string | undefined;
  /** The choice that was tried last; it may have failed, and then the one before goes on. */
  #choice: string | undefined;
  /** Whether a microphone was ever asked for in this call. */
  #wanted = false;
  #opening = false;
  #muted = false;
  #stopWatching = (): void => undefined;

  constructor(ports: MicrophoneWorkPorts, events: MicrophoneWorkEvents) {
    this.#ports = ports;
    this.#events = events;
  }

  get current(): OpenMicrophone | undefined {
    return this.#current;
  }

  level(): number {
    return this.#muted ? 0 : (this.#current?.level() ?? 0);
  }

  run(effect: MicrophoneEffect): void {
    switch (effect.do) {
      case 'open-microphone':
        return this.#begin();
      case 'renew-microphone':
        return void this.#renew();
      case 'set-muted':
        this.#muted = effect.muted;
        this.#current?.setMuted(effect.muted);
    }
  }

  #begin(): void {
    if (!this.#wanted) {
      this.#wanted = true;
      this.#stopWatching = this.#ports.microphones.onChange(() => {
        this.#report({ type: 'devices-changed' });
      });
    }
    void this.#open();
  }

  /** The choice may have changed: if so, the call goes on with the chosen one. */
  useChosen(): void {
    if (this.#wanted && this.#ports.settings().microphone !== this.#choice) void this.#open();
  }

  /** Opens it anew although it is open, as it brings no sound. */
  async #renew(): Promise<void> {
    if (this.#opening || this.#current === undefined) return;
    this.#opening = true;
    const problem = await this.#try(this.#used);
    this.#opening = false;
    if (this.#ended.signal.aborted) return;
    if (problem) this.#ports.log.warn('call microphone not renewed', { problem });
    // The one before was lost meanwhile, and whoever asked for another waits for this one.
    if (problem && this.#isGone()) this.#report({ type: 'microphone-error', problem });
    this.useChosen();
  }

  #isGone(): boolean {
    return this.#current === undefined;
  }

  close(): void {
    this.#ended.abort();
    this.#stopWatching();
    this.#current?.close();
    this.#current = undefined;
  }

  /** Opens the chosen microphone, and then any that was chosen meanwhile: never two side by side. */
  async #open(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    const { signal } = this.#ended;
    let problem: MicrophoneProblem | undefined;
    do {
      this.#choice = this.#ports.settings().microphone;
      const same = this.#current !== undefined && this.#choice === this.#used;
      if (same) this.#tellOpen();
      problem = same ? undefined : await this.#try(this.#choice);
    } while (!signal.aborted && this.#ports.settings().microphone !== this.#choice);
    this.#opening = false;
    if (problem && !signal.aborted) this.#report({ type: 'microphone-error', problem });
  }

  #report(event: MicrophoneReport): void {
    this.#events.report({ from: 'microphone', ...event });
  }

  #tellOpen(): void {
    const { instead } = this.#current ?? {};
    this.#report({ type: 'microphone-opened', ...(instead !== undefined && { instead }) });
  }

  async #try(choice: string | undefined): Promise<MicrophoneProblem | undefined> {
    const { signal } = this.#ended;
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
    this.#current?.close();
    this.#current = microphone;
    this.#used = choice;
    microphone.onLost(() => {
      if (this.#current !== microphone) return;
      this.#current = undefined;
      microphone.close();
      this.#events.onChange(undefined);
      this.#report({ type: 'microphone-lost' });
    });
    microphone.setMuted(this.#muted);
    this.#events.onChange(microphone);
    this.#tellOpen();
    // Last: the system may have taken it already, which is said at once.
    microphone.onSystemMute((muted) => {
      if (this.#current === microphone) this.#report({ type: 'system-mute', muted });
    });
  }
}

const PROBLEMS: readonly MicrophoneProblem[] = ['refused', 'missing', 'failed'];

const problemOf = (cause: unknown): MicrophoneProblem =>
  (cause instanceof WoxlyError && PROBLEMS.find((problem) => problem === cause.reason)) || 'failed';
