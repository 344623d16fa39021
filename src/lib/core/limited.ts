import type { Clock } from '#lib/ports/clock.ts';

/** A signal that aborts after a while, or with another signal. */
export interface Limited {
  readonly signal: AbortSignal;
  /** Called when the work is done, so that no timer is left. */
  end(): void;
}

export function limited(clock: Clock, ms: number, within?: AbortSignal): Limited {
  const timeout = new AbortController();
  const cancel = clock.after(ms, () => {
    timeout.abort();
  });
  within?.addEventListener('abort', cancel, { once: true });
  return {
    signal: within === undefined ? timeout.signal : AbortSignal.any([within, timeout.signal]),
    end() {
      cancel();
      within?.removeEventListener('abort', cancel);
    },
  };
}
