import type { Log } from '#lib/ports/log.ts';

/** The browser's console, one line an event. */
export const consoleLog: Log = {
  info: (event, facts) => {
    console.info(`woxly: ${event}`, facts ?? '');
  },
  warn: (event, facts) => {
    console.warn(`woxly: ${event}`, facts ?? '');
  },
};
