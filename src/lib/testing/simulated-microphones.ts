import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { Microphones } from '#lib/ports/media.ts';
import { FakeMicrophone } from './fake-microphones.ts';
import type { Surroundings } from './simulated-network.ts';

/** Microphones that take their time to open, sometimes very long, and sometimes fail. */
export class SimulatedMicrophones implements Microphones {
  readonly choosesSpeakers = false;
  readonly #around: Surroundings & { readonly microphoneFails: number };
  readonly #mayOpen: () => void;
  readonly #watchers = new Set<() => void>();
  #opened: FakeMicrophone[] = [];

  /** @param mayOpen throws when none may be opened now */
  constructor(around: Surroundings & { readonly microphoneFails: number }, mayOpen: () => void) {
    this.#around = around;
    this.#mayOpen = mayOpen;
  }

  /** The one that is open now. */
  get current(): FakeMicrophone | undefined {
    return this.#opened.find(({ closed }) => !closed);
  }

  /** Some were plugged in or out. */
  plug(): void {
    for (const run of this.#watchers) run();
  }

  async open(_id: string | undefined, signal: AbortSignal): Promise<FakeMicrophone> {
    const { time, random, microphoneFails } = this.#around;
    this.#mayOpen();
    await time.pause(random.between(1, random.chance(0.1) ? 20_000 : 300));
    if (random.chance(microphoneFails)) {
      const problem = random.pick(['refused', 'missing', 'failed'] as const);
      throw new WoxlyError<MicrophoneProblem>(problem);
    }
    if (signal.aborted) throw new WoxlyError<MicrophoneProblem>('failed');
    const microphone = new FakeMicrophone(undefined);
    this.#opened = [...this.#opened.filter(({ closed }) => !closed), microphone];
    return microphone;
  }

  granted(): boolean {
    return this.#around.random.chance(0.5);
  }

  list = async () => [];
  speakers = async () => [];

  onChange(run: () => void): () => void {
    this.#watchers.add(run);
    return () => void this.#watchers.delete(run);
  }
}
