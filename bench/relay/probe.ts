import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Preloaded into a measured process (`--import`, with `--expose-gc`): answers `reset` and `measure` of its parent.
 * Both servers are measured by the same code, and after a full garbage collection.
 */

/** What a measured process says about itself. */
export interface Measured {
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** How late timers ran since `reset`, ms. */
  readonly delayP99: number;
  readonly delayMax: number;
}

const PROBE_MS = 10;
const delay = monitorEventLoopDelay({ resolution: PROBE_MS });
delay.enable();

function measure(): Measured {
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - PROBE_MS);
  const [delayP99, delayMax] = [late(delay.percentile(99)), late(delay.max)];
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run with --expose-gc');
  collect();
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { residentBytes: rss, heapBytes: heapUsed + external, delayP99, delayMax };
}

process.on('message', (question) => {
  if (question === 'reset') delay.reset();
  if (question === 'reset' || question === 'measure') process.send?.(measure());
});
// The listener above must not keep the process alive, nor end what it measures.
process.channel?.unref();
