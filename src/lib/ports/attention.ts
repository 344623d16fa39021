import type { IdentityKey } from '#lib/domain/ids.ts';

/** What is heard. `ring`: the incoming call; `ringback`: what a caller hears while it rings there. */
export type Tone = 'ring' | 'ringback' | 'connected' | 'ended' | 'reconnecting';

/** Whose call is announced. */
export interface Announced {
  /** The contact's name, or what a stranger claims, which proves nothing; may be empty. */
  readonly name: string;
  readonly stranger: boolean;
  readonly key: IdentityKey;
}

/** Makes a person look and listen. */
export interface Attention {
  /** Starts a tone (`ring`, `ringback` and `reconnecting` repeat) and returns a way to stop it. */
  play(tone: Tone): () => void;
  /** Flashes the title and, if the page is hidden and may notify, shows a notification. Returns a way to stop. */
  announceCall(from: Announced): () => void;
  /** Keeps the screen awake, where the platform can. Returns a way to stop. */
  keepAwake(): () => void;
}
