import type { Clock } from '#lib/ports/clock.ts';
import { limited } from '../limited.ts';

/** After its time work may still hand in what it has found, ms; whatever ignores its signal holds nothing up. */
const GRACE_MS = 1_000;

/**
 * What work brings in its time, which its signal tells; `undefined` when it fails, hangs, or is cancelled by `signal`.
 * Never rejects.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (late: AbortSignal) => T | Promise<T>,
): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const late = limited(clock, ms, signal);
  const hung = limited(clock, ms + GRACE_MS, signal);
  const stopped = new Promise<undefined>((resolve) => {
    hung.signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  // Also what it throws before it begins.
  const done = (async () => work(late.signal))().catch(() => undefined);
  const brought = await Promise.race([done, stopped]);
  late.end();
  hung.end();
  return brought;
}
