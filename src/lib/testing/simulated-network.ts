import type { Bytes } from '#lib/domain/bytes.ts';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** What surrounds the devices of a simulation. */
export interface Surroundings {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  /** Whether things go wrong now. */
  readonly faulty: boolean;
}

/** Who is at one end of a channel, or of a path. */
export interface End {
  readonly device: DeviceKey;
  /** Whether the page is there. */
  readonly alive: boolean;
  /** A frame is about to be sent, or has arrived. */
  onSent(to: DeviceKey, frame: Bytes): void;
  onHeard(from: DeviceKey, frame: Bytes): void;
}

type Listener = Parameters<FrameChannel['listen']>[0];

/**
 * One end of a channel of a simulation. While things go wrong frames are lost, doubled and late, so that they come out
 * of order: worse than any network is, and what the numbers of the frames are there for.
 */
export class SimulatedChannel implements FrameChannel {
  readonly device: DeviceKey;
  readonly #around: Surroundings;
  readonly #own: End;
  #far: SimulatedChannel | undefined;
  #listener: Listener | undefined;
  #unheard: Bytes[] = [];
  #open = true;
  #silent = false;

  private constructor(around: Surroundings, own: End, other: End) {
    this.#around = around;
    this.#own = own;
    this.device = other.device;
  }

  static pair(around: Surroundings, a: End, b: End): readonly [SimulatedChannel, SimulatedChannel] {
    const [near, far] = [new SimulatedChannel(around, a, b), new SimulatedChannel(around, b, a)];
    near.#far = far;
    far.#far = near;
    return [near, far];
  }

  get open(): boolean {
    return this.#open;
  }

  send(frame: Bytes): void {
    if (!this.#open || !this.#own.alive) return;
    this.#own.onSent(this.device, frame);
    if (this.#silent) return;
    const { random, faulty, time } = this.#around;
    if (faulty && random.chance(0.15)) return;
    const copies = faulty && random.chance(0.1) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const late = faulty && random.chance(0.1) ? 5_000 : 200;
      const arrived = frame.slice();
      time.after(faulty ? random.between(5, late) : 40, () => this.#far?.arrive(arrived));
    }
  }

  listen(to: Listener): void {
    this.#listener = to;
    for (const frame of this.#unheard.splice(0)) queueMicrotask(() => this.arrive(frame));
  }

  arrive(frame: Bytes): void {
    if (!this.#open || !this.#own.alive) return;
    if (this.#listener === undefined) {
      this.#unheard.push(frame);
      return;
    }
    this.#own.onHeard(this.device, frame);
    this.#listener.onFrame(frame);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    queueMicrotask(() => this.#listener?.onClose());
    if (this.#silent) return;
    this.#around.time.after(this.#around.random.between(5, 200), () => this.#far?.close());
  }

  /** Carries nothing any more, in both directions, and says nothing. */
  silence(): void {
    this.#silent = true;
    if (this.#far) this.#far.#silent = true;
  }
}
