import type { EchoTest } from '#lib/core/doctor/echo-test.ts';
import { Followed } from './followed.ts';

/** One's own voice out and back, for screens. */
export class EchoView extends Followed<EchoTest> {
  get view(): EchoTest['view'] {
    return this.engine.view;
  }

  levels = (): { readonly own: number; readonly back: number } => this.acting.levels();
  start = (): Promise<void> => this.acting.start();
  stop = (): void => this.acting.stop();
}
