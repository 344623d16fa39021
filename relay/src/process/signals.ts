import type { EventEmitter } from 'node:events';

const STOPPED_EXIT = 0;
export const FAILED_EXIT = 1;

/**
 * Ends a process on SIGTERM and Ctrl-C: the first signal stops what runs (once it has started), a second one ends
 * the process at once.
 */
export function endOnSignals(
  signals: Pick<EventEmitter, 'on'>,
  starting: Promise<{ stop(): Promise<void> }>,
  exit: (code: number) => void,
): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) {
      exit(FAILED_EXIT);
      return;
    }
    stopping = true;
    starting
      .then((running) => running.stop())
      .then(
        () => exit(STOPPED_EXIT),
        () => exit(FAILED_EXIT),
      );
  };
  signals.on('SIGTERM', onSignal);
  signals.on('SIGINT', onSignal);
}
