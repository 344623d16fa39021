import type { Clock } from '#lib/ports/clock.ts';
import { Watchers } from './watchable.ts';
import type { Watchable } from './watchable.ts';

/** What time it is for others, as far as relays agree about it. */
export interface TimeView extends Watchable {
  /** How far it is ahead of this device's clock, ms; 0 while nobody has said so, or it is nothing to speak of. */
  readonly offsetMs: number;
}

/** Below this a clock is right, ms: a web server says whole seconds, and everything bears half a minute. */
const NEGLIGIBLE_MS = 30_000;
/** Sources that differ by less than this agree, ms: their answers took some time to arrive. */
const AGREE_MS = 60_000;
/** A source that says more than this is broken, ms: a century. */
const ABSURD_MS = 100 * 365 * 86_400_000;
/** Sources remembered; the oldest goes. */
const SOURCES_MAX = 8;

/** What time it is for others: whatever is compared between devices is in this time. */
export interface NetworkTime extends TimeView {
  /** Our clock with {@link TimeView.offsetMs} made good; its timers are the same. */
  readonly clock: Clock;
  /** A source's clock was found to be this far ahead of ours. What it said before counts no more. */
  hear(source: string, offsetMs: number): void;
}

/**
 * Asks several clocks, ours among them, and takes the time on which most agree: the web server that gave us the page and
 * each relay in use. One alone is never believed against our own clock: a web server with a wrong `Date` must not cut
 * anybody off whose device is right.
 */
export function createNetworkTime(own: Clock): NetworkTime {
  const watchers = new Watchers();
  const heard = new Map<string, number>();
  let offset = 0;

  return {
    watch: watchers.watch,
    get offsetMs() {
      return offset;
    },
    clock: {
      now: () => own.now() + offset,
      after: (delay, run) => own.after(delay, run),
    },
    hear(source, offsetMs) {
      if (!(Math.abs(offsetMs) <= ABSURD_MS)) return;
      heard.delete(source);
      heard.set(source, offsetMs);
      const [oldest] = heard.keys();
      if (heard.size > SOURCES_MAX && oldest !== undefined) heard.delete(oldest);
      const agreed = mostAgreed([0, ...heard.values()]);
      const next = Math.abs(agreed) < NEGLIGIBLE_MS ? 0 : agreed;
      // By some seconds every answer differs.
      if (next === offset || (next !== 0 && Math.abs(next - offset) < NEGLIGIBLE_MS)) return;
      offset = next;
      watchers.changed();
    },
  };
}

/** The middle one of the largest group that agrees; of groups as large the one that stands first: ours. */
function mostAgreed(offsets: readonly number[]): number {
  const groups = offsets.map((one) =>
    offsets.filter((other) => Math.abs(other - one) <= AGREE_MS).sort((a, b) => a - b),
  );
  const largest = groups.reduce((best, group) => (group.length > best.length ? group : best));
  return largest[Math.floor(largest.length / 2)] ?? 0;
}
