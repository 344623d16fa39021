import type { ComponentLogger, Logger } from '@libp2p/interface';

/** Structured log: one JSON object a line. Never keys, addresses, SDP or words of people at `info` or above. */

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type LogFields = Readonly<Record<string, string | number | boolean>>;
export type Log = Readonly<Record<LogLevel, (event: string, fields?: LogFields) => void>>;

/** A log that writes lines at `least` and above. */
export function createLog(
  least: LogLevel,
  write: (line: string) => void,
  now: () => number = Date.now,
): Log {
  const line = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** The name of a failure, without its message: messages carry addresses. */
export const errorName = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

/** What libp2p is given to log to: it makes a logger with five functions for each connection and stream, for nobody. */
export const silentLogger = (): ComponentLogger => {
  const logger: Logger = Object.assign(() => {}, {
    enabled: false,
    error: () => {},
    trace: () => {},
    newScope: () => logger,
  });
  return { forComponent: () => logger };
};
