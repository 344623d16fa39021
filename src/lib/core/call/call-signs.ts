import type { Attention } from '#lib/ports/attention.ts';
import type { Call } from './call-state.ts';
import { signsOf, toneBetween } from './view.ts';

const nothing = () => undefined;

/** Lets a person hear and see what state the call is in. */
export class CallSigns {
  readonly #attention: Attention;
  #shown = signsOf(undefined);
  #stopTone: () => void = nothing;
  #stopAnnouncing: () => void = nothing;
  #stopAwake: () => void = nothing;

  constructor(attention: Attention) {
    this.#attention = attention;
  }

  show(before: Call | undefined, after: Call | undefined): void {
    const signs = signsOf(after);
    if (signs.tone !== this.#shown.tone) {
      this.#stopTone();
      this.#stopTone = signs.tone ? this.#attention.play(signs.tone) : nothing;
    }
    if (signs.announced !== this.#shown.announced) {
      this.#stopAnnouncing();
      this.#stopAnnouncing =
        signs.announced && after ? this.#attention.announceCall(after.peer.name) : nothing;
    }
    if (signs.awake !== this.#shown.awake) {
      this.#stopAwake();
      this.#stopAwake = signs.awake ? this.#attention.keepAwake() : nothing;
    }
    const tone = toneBetween(before, after);
    if (tone) this.#attention.play(tone);
    this.#shown = signs;
  }
}
