import { createBucket } from '#lib/domain/bucket.ts';
import type { Bucket } from '#lib/domain/bucket.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { FRAME_MAX_BYTES } from '#lib/protocol/limits.ts';
import type { Clock } from '#lib/ports/clock.ts';

/** How often a peer may send. */
export interface FrameLimits {
  /** Frames that may come at once. */
  readonly burst: number;
  /** Frames a second in the long run. */
  readonly perSecond: number;
  /** Frames that may wait while the one before them is handled. */
  readonly waiting: number;
}

/** A protocol of frames. */
export interface FrameProtocol<Frame> {
  encode(frame: Frame): Bytes;
  /** The frame, or `undefined` for anything that is none. Never throws. */
  decode(bytes: Uint8Array): Frame | undefined;
  readonly limits: FrameLimits;
}

export interface FrameGateEvents<Frame> {
  /** A well-formed frame; the next one waits for the promise. `false` shuts the gate. */
  onFrame(frame: Frame): Promise<boolean>;
  /** Garbage, a flood, or a frame that no honest peer sends: nothing is let through any more. */
  onShut(reason: 'garbage' | 'flood' | 'refused' | 'failed'): void;
}

/** Lets the frames of one way of a peer through, in order and within limits. */
export class FrameGate<Frame> {
  readonly #budget: Bucket;
  readonly #protocol: Omit<FrameProtocol<Frame>, 'encode'>;
  readonly #events: FrameGateEvents<Frame>;
  /** Frames are handled one after the other: whatever follows a RING waits for its verification. */
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #shut = false;

  constructor(
    clock: Clock,
    protocol: Omit<FrameProtocol<Frame>, 'encode'>,
    events: FrameGateEvents<Frame>,
  ) {
    this.#protocol = protocol;
    this.#events = events;
    const { burst: most, perSecond } = protocol.limits;
    this.#budget = createBucket({ most, perSecond, now: () => clock.now() });
  }

  /** Takes what arrived; whether it was a frame within the limits. */
  take(bytes: Uint8Array): boolean {
    if (this.#shut) return false;
    const { decode, limits } = this.#protocol;
    if (!this.#budget.take() || this.#waiting >= limits.waiting) return this.#close('flood');
    const frame = bytes.byteLength <= FRAME_MAX_BYTES ? decode(bytes) : undefined;
    if (frame === undefined) return this.#close('garbage');
    this.#waiting += 1;
    this.#tail = this.#tail.then(() => this.#handOn(frame));
    return true;
  }

  #close(reason: Parameters<FrameGateEvents<Frame>['onShut']>[0]): false {
    this.#shut = true;
    this.#events.onShut(reason);
    return false;
  }

  /** Never rejects: whatever follows would wait for ever. */
  async #handOn(frame: Frame): Promise<void> {
    let closed: 'refused' | 'failed' | undefined;
    try {
      if (!(await this.#events.onFrame(frame))) closed = 'refused';
    } catch {
      closed = 'failed';
    }
    this.#waiting -= 1;
    if (closed !== undefined && !this.#shut) this.#close(closed);
  }
}
