import type { Loudness } from './loudness.ts';
import { loudnessOfReceiver } from './loudness.ts';

/** Plays the peer's sound, once that is allowed. */
export class Player {
  readonly #element = new Audio();
  readonly #onBlocked: () => void;
  #track: MediaStreamTrack | undefined;
  #loudness: Loudness | undefined;
  #allowed = false;
  #closed = false;
  /** The browser waits for a tap. */
  #blocked = false;

  constructor(onBlocked: () => void) {
    this.#onBlocked = onBlocked;
    this.#element.autoplay = false;
  }

  /** Whether sound should be heard now: it is allowed, and not the browser's rules stop it. */
  get wanted(): boolean {
    return this.#allowed && !this.#blocked && this.#track !== undefined;
  }

  /** A system may pause an element by itself, for a phone call for example. */
  get playing(): boolean {
    return !this.#element.paused;
  }

  take(receiver: RTCRtpReceiver): void {
    const { track } = receiver;
    if (track === this.#track) return;
    this.#track = track;
    this.#loudness?.close();
    this.#loudness = loudnessOfReceiver(receiver);
    this.#load();
  }

  /** Plays from now on, and after a tap where the browser wanted one. */
  play(): void {
    this.#allowed = true;
    this.#start();
  }

  /** Starts again from nothing, which is what a player needs that lost its way to the speaker. */
  restart(): void {
    if (this.#track !== undefined) this.#load();
  }

  /** For good: this is not the peer that was called. */
  forbid(): void {
    this.#closed = true;
    this.#element.pause();
    this.#element.srcObject = null;
  }

  setSpeaker(id: string | undefined): void {
    // Not on iOS and Android; a speaker that was unplugged is refused and the old one goes on.
    if ('setSinkId' in this.#element) this.#element.setSinkId(id ?? '').catch(() => undefined);
  }

  level(): number {
    return this.#allowed && !this.#closed ? (this.#loudness?.read() ?? 0) : 0;
  }

  close(): void {
    this.forbid();
    this.#loudness?.close();
  }

  #load(): void {
    if (this.#track === undefined || this.#closed) return;
    this.#element.srcObject = new MediaStream([this.#track]);
    if (this.#allowed) this.#start();
  }

  #start(): void {
    if (this.#track === undefined || this.#closed) return;
    this.#element.play().then(
      () => {
        this.#blocked = false;
      },
      (failure: unknown) => {
        // Anything else is another start that came in between.
        if (!(failure instanceof DOMException) || failure.name !== 'NotAllowedError') return;
        this.#blocked = true;
        if (!this.#closed) this.#onBlocked();
      },
    );
  }
}
