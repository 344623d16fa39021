import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { AudioDevice, Microphones, OpenMicrophone } from '#lib/ports/media.ts';

/** Microphones that open at once, refuse, or wait until a test lets them open. */
export class FakeMicrophones implements Microphones {
  behaviour: 'opens' | 'waits' | MicrophoneProblem = 'opens';
  devices: readonly AudioDevice[] = [];
  /** Those that another program has: `spare` opens in their place. */
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
    if (this.behaviour === 'waits') {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    }
    if (this.behaviour !== 'opens' && this.behaviour !== 'waits') {
      throw new WoxlyError<MicrophoneProblem>(this.behaviour);
    }
    const microphone = this.busy.has(id)
      ? new FakeMicrophone('spare', 'Spare microphone')
      : new FakeMicrophone(id);
    this.opened.push(microphone);
    return microphone;
  }

  granted(): boolean {
    return this.allowed;
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
    return this.opened.filter(({ closed }) => !closed).length;
  }

  async list(): Promise<readonly AudioDevice[]> {
    return this.devices;
  }

  readonly choosesSpeakers = true;

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
  #onLost: () => void = () => undefined;
  #onSystemMute: (muted: boolean) => void = () => undefined;

  constructor(id: string | undefined, instead?: string) {
    this.id = id;
    if (instead !== undefined) this.instead = instead;
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

  onSystemMute(run: (muted: boolean) => void): void {
    this.#onSystemMute = run;
  }

  /** The system takes the sound for a while, or gives it back. */
  systemMute(muted: boolean): void {
    if (!this.closed) this.#onSystemMute(muted);
  }

  /** The system takes the device away. */
  lose(): void {
    if (!this.closed) this.#onLost();
  }
}
