import type { Bytes } from '#lib/domain/bytes.ts';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';

type Listener = Parameters<FrameChannel['listen']>[0];

/** One end of a stream of frames between two devices of a test. What is sent arrives later, in order. */
export class MemoryChannel implements FrameChannel {
  /** The device at the other end. */
  readonly device: DeviceKey;
  /** Every frame that arrived at this end. */
  readonly arrived: Bytes[] = [];
  #far: MemoryChannel | undefined;
  #listener: Listener | undefined;
  #unheard: (Bytes | 'close')[] = [];
  #open = true;
  #silent = false;
  #whenClosed: () => void = () => undefined;

  private constructor(device: DeviceKey) {
    this.device = device;
  }

  /** A channel between two devices: the end of `a`, which leads to `b`, and the other way round. */
  static pair(a: DeviceKey, b: DeviceKey): readonly [MemoryChannel, MemoryChannel] {
    const [near, far] = [new MemoryChannel(b), new MemoryChannel(a)];
    near.#far = far;
    far.#far = near;
    return [near, far];
  }

  /** The other end. */
  get far(): MemoryChannel {
    if (this.#far === undefined) throw new TypeError('a channel has two ends');
    return this.#far;
  }

  send(frame: Bytes): void {
    if (this.#open) this.#carry(frame.slice());
  }

  listen(to: Listener): void {
    this.#listener = to;
    const unheard = this.#unheard;
    this.#unheard = [];
    queueMicrotask(() => {
      for (const item of unheard) this.#hear(item);
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#carry('close');
    queueMicrotask(() => this.#hear('close'));
    this.#whenClosed();
  }

  /** Carries nothing any more, in both directions, and says nothing. */
  silence(): void {
    this.#silent = true;
    this.far.#silent = true;
  }

  /** For the network, which keeps the open ones. */
  whenClosed(run: () => void): void {
    this.#whenClosed = run;
    this.far.#whenClosed = run;
  }

  #carry(item: Bytes | 'close'): void {
    if (this.#silent) return;
    const { far } = this;
    queueMicrotask(() => {
      if (!far.#open) return;
      if (item === 'close') {
        far.#open = false;
        far.#whenClosed();
      } else {
        far.arrived.push(item);
      }
      far.#hear(item);
    });
  }

  #hear(item: Bytes | 'close'): void {
    if (this.#listener === undefined) this.#unheard.push(item);
    else if (item === 'close') this.#listener.onClose();
    else this.#listener.onFrame(item);
  }
}
