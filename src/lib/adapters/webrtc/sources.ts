import type { OpenSource } from '#lib/ports/media.ts';

/** The tracks behind what is open; only this folder reads them. */
const tracks = new WeakMap<OpenSource, MediaStreamTrack>();

export const keepTrack = (source: OpenSource, track: MediaStreamTrack): void =>
  void tracks.set(source, track);

export const trackOf = (source: OpenSource): MediaStreamTrack | undefined => tracks.get(source);
