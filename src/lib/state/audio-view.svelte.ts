import type { AudioDevice } from '#lib/ports/media.ts';
import type { Audio } from '#lib/core/audio.ts';
import { Followed } from './followed.ts';

/** Microphones and speakers, for screens. */
export class AudioView extends Followed<Audio> {
  get microphones(): readonly AudioDevice[] {
    return this.engine.microphones;
  }

  get choosesSpeakers(): boolean {
    return this.engine.choosesSpeakers;
  }

  get speakers(): readonly AudioDevice[] {
    return this.engine.speakers;
  }

  /** Plays the ring as it would sound; `undefined` where this device cannot. Returns a way to stop it. */
  get testRing(): (() => () => void) | undefined {
    const engine = this.acting;
    return engine.testRing === undefined ? undefined : () => engine.testRing?.() ?? (() => {});
  }

  refresh = (): Promise<void> => this.acting.refresh();
}
