import type { TimeView as Time } from '#lib/core/network-time.ts';
import { Followed } from './followed.ts';

/** A clock that is wrong by more than this is worth a word, ms: people notice ten minutes. */
const WORTH_SAYING_MS = 10 * 60_000;

/** How right this device's clock is, for screens. */
export class TimeView extends Followed<Time> {
  /** By how much it is wrong, ms, where that is worth a word. */
  get wrongByMs(): number | undefined {
    const by = Math.abs(this.engine.offsetMs);
    return by > WORTH_SAYING_MS ? by : undefined;
  }
}
