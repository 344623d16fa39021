import type { Clock } from '#lib/ports/clock.ts';
import type { Candidate, MediaPath, MediaPathEvents } from '#lib/ports/media.ts';
import { RtcMediaPath } from './media-path.ts';

/**
 * A path that nobody has opened yet: its offer is made and its candidates are gathered, which together take a tenth of
 * a second of a call. The peer hears of neither before it is opened.
 */
export class PreparedPath {
  readonly #path: RtcMediaPath;
  readonly #candidates: Candidate[] = [];
  #events: MediaPathEvents | undefined;

  /** @param onFailed no offer could be made */
  constructor(connection: RTCPeerConnection, clock: Clock, onFailed: () => void) {
    this.#path = new RtcMediaPath(connection, clock, {
      onCandidate: (candidate) => {
        if (this.#events) this.#events.onCandidate(candidate);
        else this.#candidates.push(candidate);
      },
      // All else needs a peer, who cannot have answered before it was opened.
      onState: (state) => this.#events?.onState(state),
      onPlayBlocked: () => this.#events?.onPlayBlocked(),
      onFrame: (frame) => this.#events?.onFrame(frame),
      onFrames: (open) => this.#events?.onFrames(open),
      onHearing: (hearing) => this.#events?.onHearing(hearing),
      onSparse: (sparse) => this.#events?.onSparse(sparse),
      onPicture: (kind, picture) => this.#events?.onPicture(kind, picture),
      onDetour: () => this.#events?.onDetour(),
    });
    this.#path.offer().catch(onFailed);
  }

  /** Hands the path over. Candidates gathered so far are told in a moment, as a connection would tell them. */
  open(events: MediaPathEvents): MediaPath {
    queueMicrotask(() => {
      this.#events = events;
      for (const candidate of this.#candidates) events.onCandidate(candidate);
    });
    return this.#path;
  }

  close(): void {
    this.#path.close();
  }
}
