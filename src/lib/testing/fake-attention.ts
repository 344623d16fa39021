import type { Announced, Attention, Tone } from '#lib/ports/attention.ts';

/** What was begun and is not stopped, each by itself however alike they are. */
class Begun<T> {
  readonly #all = new Set<{ readonly what: T }>();

  begin(what: T): () => void {
    const one = { what };
    this.#all.add(one);
    return () => void this.#all.delete(one);
  }

  get all(): readonly T[] {
    return [...this.#all].map(({ what }) => what);
  }
}

const ONCE: readonly Tone[] = ['connected', 'ended'];

/** Remembers what would be heard and seen. */
export class FakeAttention implements Attention {
  /** Every tone that began, in order. */
  readonly played: Tone[] = [];
  readonly #tones = new Begun<Tone>();
  readonly #callers = new Begun<Announced>();
  readonly #awake = new Begun<true>();

  /** How many tones go on now; those that play once are over at once. */
  get sounding(): number {
    return this.#tones.all.length;
  }

  /** Which they are. */
  get playing(): ReadonlySet<Tone> {
    return new Set(this.#tones.all);
  }

  /** Callers announced now. */
  get announced(): ReadonlySet<Announced> {
    return new Set(this.#callers.all);
  }

  /** How many want the screen awake. */
  get awake(): number {
    return this.#awake.all.length;
  }

  play(tone: Tone): () => void {
    this.played.push(tone);
    return ONCE.includes(tone) ? () => undefined : this.#tones.begin(tone);
  }

  announceCall(from: Announced): () => void {
    return this.#callers.begin(from);
  }

  keepAwake(): () => void {
    return this.#awake.begin(true);
  }
}
