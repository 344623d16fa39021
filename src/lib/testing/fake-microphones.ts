import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { AudioDevice, Microphones, OpenMicrophone } from '#lib/ports/media.ts';

/** Microphones that open at once, refuse, or wait until a test lets them open. */
export class FakeMicrophones implements Microphones {
  behaviour: 'opens' | 'waits' | MicrophoneProblem = 'opens';
  /** Those that are there, the system's own choice first. While this is empty every ID opens. */
  devices: readonly AudioDevice[] = [];
  /** Those that another program has, `undefined` the system's own choice: another opens in their place. */
  readonly busy = new Set<string | undefined>();
  /** Whether the browser would not ask. */
  allowed = false;
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
    // Whoever gives up does not take the browser's question away.
    if (this.behaviour === 'waits') {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    if (this.behaviour !== 'opens' && this.behaviour !== 'waits') {
      throw new WoxlyError<MicrophoneProblem>(this.behaviour);
    }
    const microphone = this.#find(id);
    if (signal.aborted) throw new WoxlyError<MicrophoneProblem>('failed');
    this.opened.push(microphone);
    return microphone;
  }

  /** The one that was asked for, or else the system's own choice, or else any other. */
  #find(id: string | undefined): FakeMicrophone {
    const ids = this.devices.map((device) => device.id);
    const isThere = id === undefined || ids.length === 0 || ids.includes(id);
    if (isThere && !this.busy.has(id)) return new FakeMicrophone(id);
    const others = [undefined, ...ids].filter((other) => other !== id && !this.busy.has(other));
    if (others.length === 0) {
      throw new WoxlyError<MicrophoneProblem>(isThere ? 'failed' : 'missing');
    }
    const [other] = others;
    const device = this.devices.find((known) => known.id === (other ?? ids[0]));
    return new FakeMicrophone(other, device?.label ?? 'Spare microphone');
  }

  granted(): boolean {
    return this.allowed && this.behaviour !== 'missing';
  }

  /** Opens those that wait. */
  allow(): void {
    this.#decide('opens');
  }

  /** Opens none of those that wait. */
  deny(problem: MicrophoneProblem): void {
    this.#decide(problem);
  }

  #decide(behaviour: 'opens' | MicrophoneProblem): void {
    this.behaviour = behaviour;
    for (const decided of this.#waiting.splice(0)) decided();
  }

  /** How many are open now: the browser's recording light. */
  get recording(): number {
    return this.opened.filter(({ closed, lost }) => !closed && !lost).length;
  }

  async list(): Promise<readonly AudioDevice[]> {
    return this.devices.filter(({ id }) => id !== '').map(({ id, label }) => ({ id, label }));
  }

  /** Whether this browser lets a page choose the speaker. */
  choosesSpeakers = true;

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
  readonly kind = 'microphone';
  readonly id: string | undefined;
  readonly instead?: string;
  muted = false;
  closed = false;
  lost = false;
  #systemMuted = false;
  readonly #onLost: (() => void)[] = [];
  readonly #onSystemMute: ((muted: boolean) => void)[] = [];

  constructor(id: string | undefined, instead?: string) {
    this.id = id;
    if (instead !== undefined) this.instead = instead;
  }

  setMuted(muted: boolean): void {
    this.muted = muted;
  }

  level(): number {
    return this.muted || this.closed || this.lost || this.#systemMuted ? 0 : 0.5;
  }

  onLost(run: () => void): void {
    this.#onLost.push(run);
  }

  close(): void {
    this.closed = true;
  }

  onSystemMute(run: (muted: boolean) => void): void {
    this.#onSystemMute.push(run);
    // Taken before anybody listened.
    if (this.#systemMuted) queueMicrotask(() => !this.closed && this.#systemMuted && run(true));
  }

  /** The system takes the sound for a while, or gives it back. */
  systemMute(muted: boolean): void {
    this.#systemMuted = muted;
    if (!this.closed) for (const run of this.#onSystemMute) run(muted);
  }

  /** The system takes the device away. */
  lose(): void {
    if (this.closed || this.lost) return;
    this.lost = true;
    for (const run of this.#onLost) run();
  }
}
