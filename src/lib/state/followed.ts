import { createSubscriber } from 'svelte/reactivity';
import type { Watchable } from '#lib/core/watchable.ts';

/**
 * An engine as runes see it: whoever reads {@link engine} inside an effect or a template is run again when the
 * engine says it changed. Nothing is copied, so a screen can never show something the engine no longer holds.
 */
export class Followed<Engine extends Watchable> {
  readonly #engine: Engine;
  readonly #subscribe: () => void;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#subscribe = createSubscriber((update) => engine.watch(update));
  }

  /** The engine, to read from: reading follows it. */
  protected get engine(): Engine {
    this.#subscribe();
    return this.#engine;
  }

  /** The engine, to act upon: never makes the caller depend on its changes. */
  protected get acting(): Engine {
    return this.#engine;
  }
}
