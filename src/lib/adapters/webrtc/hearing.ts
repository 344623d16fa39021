/** Packets without energy after which the player is started again, and after which it is said, ms. */
export const REPLAY_AFTER_MS = 3000;
export const SILENT_AFTER_MS = 4000;
/** The same for a peer whose microphone is known to fall silent between words. */
export const GATED_SILENT_AFTER_MS = 30_000;
/** A pause so long, ms, that is over again shows that silence is natural with this microphone… */
const PAUSE_MS = 500;
/** …if it is seen as often as this. */
const PAUSES = 2;
/**
 * Energy a second (`totalAudioEnergy`) up to which sound counts as digital silence. Chromium plays zeros that went
 * through Opus at one step of 16 bits (9.3e-10); noise at -90 dBFS, far below any microphone, comes to 1.3e-9 and more
 * with peaks of 3.7e-9, at -80 dBFS to 2e-8. Suppressed noise of a quiet place stays above.
 */
const DIGITAL_SILENCE = 1.2e-9;

/** What happened between two looks. */
export interface Heard {
  /** ms; time in which nobody looked is left out by the caller. */
  readonly took: number;
  /** Whether packets of sound came. */
  readonly came: boolean;
  /** `totalAudioEnergy` gained, and the length of the sound that was played, s; `undefined` where there is no telling. */
  readonly energy: number | undefined;
  readonly played: number;
  /** Whether the player runs. */
  readonly playing: boolean;
}

export type HearingSign = 'replay' | 'silent' | 'heard';

/** Tells from the energy of what arrives whether a peer who is not muted can be heard. */
export class Hearing {
  #expected = false;
  #quietFor = 0;
  #replayed = false;
  #silent = false;
  #pauses = 0;

  /** Whether sound is expected: the peer sends, is not muted, and is played. Returns `heard` if that ends a silence. */
  expect(expected: boolean): HearingSign | undefined {
    if (expected === this.#expected) return undefined;
    this.#expected = expected;
    this.#quietFor = 0;
    this.#replayed = false;
    return this.#over();
  }

  look({ took, came, energy, played, playing }: Heard): HearingSign | undefined {
    // Without packets the path is broken, and that is said elsewhere.
    if (!this.#expected || !came || energy === undefined) return undefined;
    const quiet = !playing || played <= 0 || energy / played <= DIGITAL_SILENCE;
    if (!quiet) {
      if (this.#quietFor >= PAUSE_MS) this.#pauses += 1;
      this.#quietFor = 0;
      this.#replayed = false;
      return this.#over();
    }
    this.#quietFor += took;
    if (!this.#replayed && this.#quietFor >= REPLAY_AFTER_MS) {
      this.#replayed = true;
      return 'replay';
    }
    if (this.#silent || this.#quietFor < this.#patience) return undefined;
    this.#silent = true;
    return 'silent';
  }

  /** Some systems cut what is no speech down to zeros: there a listener's pause is no fault. */
  get #patience(): number {
    return this.#pauses < PAUSES ? SILENT_AFTER_MS : GATED_SILENT_AFTER_MS;
  }

  #over(): HearingSign | undefined {
    if (!this.#silent) return undefined;
    this.#silent = false;
    return 'heard';
  }
}
