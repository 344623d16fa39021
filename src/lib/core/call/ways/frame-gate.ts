import type { Milliseconds } from '#lib/domain/ids.ts';
import { decodeCallFrame } from '#lib/protocol/call-frame.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import { FRAME_MAX_BYTES } from '#lib/protocol/limits.ts';
import type { Clock } from '#lib/ports/clock.ts';

/** Frames that may come at once: everything that can wait for acknowledgement, sent twice. */
const FRAMES_BURST = 256;
/** Frames a second in the long run. A live call has one every two seconds. */
const FRAMES_PER_SECOND = 20;
/** Frames that wait while a certificate before them is verified. */
const FRAMES_WAITING_MAX = 64;

export interface FrameGateEvents {
  /** A well-formed frame; the next one waits for the promise. `false` shuts the gate. */
  onFrame(frame: CallFrame): Promise<boolean>;
  /** Garbage, a flood, or a frame that no honest peer sends: nothing is let through any more. */
  onShut(reason: 'garbage' | 'flood' | 'refused' | 'failed'): void;
}

/** Lets the frames of one way of a peer through, in order and within limits. */
export class FrameGate {
  readonly #clock: Clock;
  readonly #events: FrameGateEvents;
  /** Frames are handled one after the other: whatever follows a RING waits for its verification. */
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #budget = FRAMES_BURST;
  #budgetAt: Milliseconds;
  #shut = false;

  constructor(clock: Clock, events: FrameGateEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#budgetAt = clock.now();
  }

  /** Takes what arrived; whether it was a frame within the limits. */
  take(bytes: Uint8Array): boolean {
    if (this.#shut) return false;
    if (!this.#affords() || this.#waiting >= FRAMES_WAITING_MAX) return this.#close('flood');
    const frame = bytes.byteLength <= FRAME_MAX_BYTES ? decodeCallFrame(bytes) : undefined;
    if (frame === undefined) return this.#close('garbage');
    this.#waiting += 1;
    this.#tail = this.#tail.then(() => this.#handOn(frame));
    return true;
  }

  #close(reason: Parameters<FrameGateEvents['onShut']>[0]): false {
    this.#shut = true;
    this.#events.onShut(reason);
    return false;
  }

  /** Never rejects: whatever follows would wait for ever. */
  async #handOn(frame: CallFrame): Promise<void> {
    let closed: 'refused' | 'failed' | undefined;
    try {
      if (!(await this.#events.onFrame(frame))) closed = 'refused';
    } catch {
      closed = 'failed';
    }
    this.#waiting -= 1;
    if (closed !== undefined && !this.#shut) this.#close(closed);
  }

  /** A token bucket. */
  #affords(): boolean {
    const now = this.#clock.now();
    const earned = (Math.max(0, now - this.#budgetAt) / 1000) * FRAMES_PER_SECOND;
    this.#budget = Math.min(FRAMES_BURST, this.#budget + earned) - 1;
    this.#budgetAt = now;
    return this.#budget >= 0;
  }
}
