import type { Announced, Attention, Tone } from '#lib/ports/attention.ts';

/** Remembers what would be heard and seen. */
export class FakeAttention implements Attention {
  /** Every tone that began, in order. */
  readonly played: Tone[] = [];
  /** Tones that go on now; one that plays once goes on until it is stopped, too. */
  readonly playing = new Set<Tone>();
  /** Callers announced now. */
  readonly announced = new Set<Announced>();
  awake = 0;

  play(tone: Tone): () => void {
    this.played.push(tone);
    this.playing.add(tone);
    return () => void this.playing.delete(tone);
  }

  announceCall(from: Announced): () => void {
    this.announced.add(from);
    return () => void this.announced.delete(from);
  }

  keepAwake(): () => void {
    this.awake += 1;
    return () => {
      this.awake -= 1;
    };
  }
}
