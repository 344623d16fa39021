/** What is heard. `ring`: the incoming call; `ringback`: what a caller hears while it rings there. */
export type Tone = 'ring' | 'ringback' | 'connected' | 'ended' | 'reconnecting';

/** Makes a person look and listen. */
export interface Attention {
  /** Starts a tone (`ring`, `ringback` and `reconnecting` repeat) and returns a way to stop it. */
  play(tone: Tone): () => void;
  /** Flashes the title and, if the page is hidden and may notify, shows a notification. Returns a way to stop. */
  announceCall(from: string): () => void;
  /** Keeps the screen awake, where the platform can. Returns a way to stop. */
  keepAwake(): () => void;
}
