import type { Picture, PictureKind } from '#lib/ports/media.ts';

/** The pictures that a peer sends: told as they come and go, and not before its certificate was compared. */
export class RemotePictures {
  readonly #onPicture: (kind: PictureKind, picture: Picture | undefined) => void;
  readonly #coming = new Map<PictureKind, MediaStreamTrack>();
  #verified = false;
  #forbidden = false;

  constructor(onPicture: (kind: PictureKind, picture: Picture | undefined) => void) {
    this.#onPicture = onPicture;
  }

  /** A track of the peer; it is muted until packets come. */
  take(kind: PictureKind, track: MediaStreamTrack): void {
    const look = () => {
      if (track.muted || track.readyState === 'ended') this.#goes(kind, track);
      else this.#comes(kind, track);
    };
    for (const name of ['mute', 'unmute', 'ended']) track.addEventListener(name, look);
    look();
  }

  verified(): void {
    if (this.#verified || this.#forbidden) return;
    this.#verified = true;
    for (const [kind, track] of this.#coming) this.#onPicture(kind, pictureOf(track));
  }

  /** For good: this is not the peer that was called, or the path is closed. */
  forbid(): void {
    for (const kind of this.#coming.keys()) this.#tell(kind, undefined);
    this.#coming.clear();
    this.#forbidden = true;
  }

  #comes(kind: PictureKind, track: MediaStreamTrack): void {
    if (this.#coming.get(kind) === track || this.#forbidden) return;
    this.#coming.set(kind, track);
    this.#tell(kind, pictureOf(track));
  }

  #goes(kind: PictureKind, track: MediaStreamTrack): void {
    if (this.#coming.get(kind) !== track) return;
    this.#coming.delete(kind);
    this.#tell(kind, undefined);
  }

  #tell(kind: PictureKind, picture: Picture | undefined): void {
    if (this.#verified && !this.#forbidden) this.#onPicture(kind, picture);
  }
}

const pictureOf = (track: MediaStreamTrack): Picture => ({
  showIn(video) {
    const stream = new MediaStream([track]);
    video.muted = true;
    video.srcObject = stream;
    // It shows nothing until it may play, and tries again with the next picture.
    video.play().catch(() => undefined);
    return () => {
      if (video.srcObject === stream) video.srcObject = null;
    };
  },
});
