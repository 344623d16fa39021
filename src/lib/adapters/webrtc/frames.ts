import type { Bytes } from '#lib/domain/bytes.ts';
import { FRAME_MAX_BYTES } from '#lib/protocol/limits.ts';

/** Both sides open it by this number, without asking (RFC 8831, 6.4). */
const CHANNEL_ID = 0;
/** Bytes that may wait to be sent; with more the path is too slow, and frames go another way. */
const WAITING_MAX_BYTES = 4 * FRAME_MAX_BYTES;
/** Frames of a peer that was verified sooner than we verified it. */
const HELD_MAX = 16;

export interface FrameEvents {
  onFrame(frame: Bytes): void;
  onFrames(open: boolean): void;
}

/** The data channel of a call: whole frames, in order, both ways, once the peer's certificate was verified. */
export class Frames {
  readonly #channel: RTCDataChannel;
  readonly #events: FrameEvents;
  #verified = false;
  #told = false;
  #sent = false;
  #held: Bytes[] = [];

  constructor(connection: RTCPeerConnection, events: FrameEvents) {
    this.#events = events;
    this.#channel = connection.createDataChannel('call', { negotiated: true, id: CHANNEL_ID });
    this.#channel.binaryType = 'arraybuffer';
    this.#channel.onopen = () => {
      this.#tell();
    };
    this.#channel.onclose = () => {
      this.#tell();
    };
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      // Our side sends nothing else; what a hostile one sends is dropped.
      if (!(data instanceof ArrayBuffer) || data.byteLength > FRAME_MAX_BYTES) return;
      const frame = new Uint8Array(data);
      if (this.#verified) events.onFrame(frame);
      else if (this.#held.length < HELD_MAX) this.#held.push(frame);
    };
  }

  /** The peer is the one that was signalled: frames may go both ways. */
  verified(): void {
    this.#verified = true;
    this.#tell();
    for (const frame of this.#held.splice(0)) this.#events.onFrame(frame);
  }

  send(frame: Bytes): boolean {
    if (!this.#open || frame.byteLength > FRAME_MAX_BYTES) return false;
    if (this.#channel.bufferedAmount + frame.byteLength > WAITING_MAX_BYTES) return false;
    try {
      this.#channel.send(frame);
      this.#sent = true;
      return true;
    } catch {
      return false; // It closed this moment, or the browser's own buffer is full.
    }
  }

  /** Nothing is called afterwards but `onGone`, once frames that were sent are with the peer, or at once. */
  close(onGone: () => void): void {
    const channel = this.#channel;
    const waits = this.#open && this.#sent;
    this.#verified = false;
    this.#held = [];
    channel.onopen = channel.onmessage = null;
    channel.onclose = waits ? onGone : null;
    // Closes once everything before has arrived (RFC 8831, 6.7).
    if (waits) channel.close();
    else onGone();
  }

  get #open(): boolean {
    return this.#verified && this.#channel.readyState === 'open';
  }

  #tell(): void {
    if (this.#open === this.#told) return;
    this.#told = this.#open;
    this.#events.onFrames(this.#told);
  }
}
