import type { Attention } from '#lib/ports/attention.ts';
import type { Log } from '#lib/ports/log.ts';
import type { Call } from '../machine/state.ts';
import { signsOf, toneBetween } from '../machine/view-of.ts';

type Stop = () => void;

const nothing: Stop = () => undefined;

/** Lets a person hear and see what state the call is in. What fails here never holds up the call or the screen. */
export class CallSigns {
  readonly #attention: Attention;
  readonly #log: Log;
  #shown = signsOf(undefined);
  #stopTone = nothing;
  #stopAnnouncing = nothing;
  #stopAwake = nothing;

  constructor(attention: Attention, log: Log) {
    this.#attention = attention;
    this.#log = log;
  }

  show(before: Call | undefined, after: Call | undefined): void {
    const attention = this.#attention;
    const signs = signsOf(after);
    const shown = this.#shown;
    this.#shown = signs;
    if (signs.tone !== shown.tone) {
      const { tone } = signs;
      this.#stopTone = this.#swap(this.#stopTone, tone && (() => attention.play(tone)));
    }
    if (signs.announced !== shown.announced) {
      const from = signs.announced && after ? announced(after) : undefined;
      const announce = from && (() => attention.announceCall(from));
      this.#stopAnnouncing = this.#swap(this.#stopAnnouncing, announce);
    }
    if (signs.awake !== shown.awake) {
      const keepAwake = signs.awake ? () => attention.keepAwake() : undefined;
      this.#stopAwake = this.#swap(this.#stopAwake, keepAwake);
    }
    const tone = toneBetween(before, after);
    if (tone) this.#try(() => attention.play(tone));
  }

  #swap(stop: Stop, start: (() => Stop) | undefined): Stop {
    this.#try(stop);
    return (start && this.#try(start)) ?? nothing;
  }

  #try<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (cause) {
      const error = cause instanceof Error ? cause.name : 'unknown';
      this.#log.warn('call sign failed', { error });
      return undefined;
    }
  }
}

const announced = ({ peer: { name, key, trust } }: Call) => ({
  name,
  key,
  stranger: trust === 'stranger',
});
