import type { Bytes } from '#lib/domain/bytes.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Log } from '#lib/ports/log.ts';
import type { MediaPath, PathState } from '#lib/ports/media.ts';
import { FrameGate } from '../../reach/frame-gate.ts';
import { CALL_FRAMES } from './call-frames.ts';

/** Frames given to a path that is broken: they all arrive at once when it comes back, and must not be a flood. */
const BROKEN_FRAMES_MAX = 64;

export interface PathFramesEvents {
  /** As for a channel; the device is that of the call, to whose DTLS fingerprint the path is bound. */
  onFrame(frame: CallFrame): Promise<boolean>;
  /** Whether frames go over the path has changed. */
  onOpen(open: boolean): void;
}

/** The frames of a call that go over its own media path: one way more, which no relay can take away. */
export class PathFrames {
  readonly #path: () => MediaPath | undefined;
  readonly #events: PathFramesEvents;
  readonly #gate: FrameGate<CallFrame>;
  #open = false;
  /** The peer's certificate was compared once: only then it is the device that signals. */
  #verified = false;
  #connected = false;
  #credit = 0;

  constructor(clock: Clock, log: Log, path: () => MediaPath | undefined, events: PathFramesEvents) {
    this.#path = path;
    this.#events = events;
    this.#gate = new FrameGate(clock, CALL_FRAMES, {
      onFrame: (frame) => events.onFrame(frame),
      onShut: (reason) => log.warn('call path frames refused', { reason }),
    });
  }

  onFrames(open: boolean): void {
    const before = this.#speaks;
    this.#open = open;
    this.#tell(before);
  }

  onState(state: PathState): void {
    const before = this.#speaks;
    this.#connected = state === 'connected';
    if (this.#connected) this.#verified = true;
    if (this.#connected) this.#credit = BROKEN_FRAMES_MAX;
    this.#tell(before);
  }

  receive(bytes: Bytes): void {
    if (this.#verified) this.#gate.take(bytes);
  }

  send(frame: CallFrame): void {
    if (!this.#speaks) return;
    if (!this.#connected) {
      // A path that is broken may still work one way, for what matters.
      if (frame.sequence === 0 && frame.body.type === 'heartbeat') return;
      if (this.#credit === 0) return;
      this.#credit -= 1;
    }
    this.#path()?.sendFrame(CALL_FRAMES.encode(frame));
  }

  get #speaks(): boolean {
    return this.#open && this.#verified;
  }

  #tell(before: boolean): void {
    if (this.#speaks !== before) this.#events.onOpen(this.#speaks);
  }
}
