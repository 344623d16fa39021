import type { PathState } from '#lib/ports/media.ts';

/** What is known of a path; its {@link PathState} follows from it. */
export class PathFacts {
  #transport: 'new' | 'up' | 'down' | 'failed' = 'new';
  /** The certificate of the peer is another than the one signalled. That is for good. */
  #wrong = false;
  #packetsMissing = false;
  #told: PathState = 'connecting';
  readonly #onState: (state: PathState) => void;

  constructor(onState: (state: PathState) => void) {
    this.#onState = onState;
  }

  get state(): PathState {
    if (this.#wrong) return 'not-secure';
    switch (this.#transport) {
      case 'new':
        return 'connecting';
      case 'failed':
        return 'failed';
      case 'down':
        return 'broken';
      case 'up':
        return this.#packetsMissing ? 'broken' : 'connected';
    }
  }

  /** What the browser says of the transport; `up` after the peer's certificate was found to be the right one. */
  transport(now: 'up' | 'down' | 'failed'): void {
    this.#transport = now;
    // Whoever restarted it waits to hear that it is up, also where it was never down.
    this.#tell(now === 'up');
  }

  wrongCertificate(): void {
    this.#wrong = true;
    this.#tell();
  }

  packets(missing: boolean): void {
    this.#packetsMissing = missing;
    this.#tell();
  }

  #tell(again = false): void {
    const { state } = this;
    if (state === this.#told && !(again && state === 'connected')) return;
    this.#told = state;
    this.#onState(state);
  }
}
