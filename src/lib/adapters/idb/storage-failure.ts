import { WoxlyError } from '#lib/domain/errors.ts';
import type { StorageFailure } from '#lib/domain/reasons.ts';

const REASONS: Partial<Record<string, StorageFailure>> = {
  QuotaExceededError: 'full',
  VersionError: 'newer-version',
};

/**
 * Failures of a connection that is of no use any more; another one may be. Browsers close connections without a `close`
 * event: Safari in the background, Chromium when its disk was full. `TimeoutError` is our own: nothing was answered.
 */
const LOST: ReadonlySet<string> = new Set([
  'InvalidStateError',
  'TransactionInactiveError',
  'AbortError',
  'UnknownError',
  'TimeoutError',
]);

const nameOf = (cause: unknown): string =>
  cause instanceof Error || cause instanceof DOMException ? cause.name : '';

/** A failure of IndexedDB by its DOMException name. */
export function storageFailure(cause: unknown): WoxlyError<StorageFailure> {
  if (cause instanceof WoxlyError) return cause as WoxlyError<StorageFailure>;
  return new WoxlyError(REASONS[nameOf(cause)] ?? 'unavailable', { cause });
}

/** Whether the same may be done over a new connection. */
export const isLostConnection = (cause: unknown): boolean => LOST.has(nameOf(cause));

/** An aborted transaction says why better than the request that it took along. */
export const moreTelling = (ofRequest: unknown, ofTransaction: unknown): unknown =>
  nameOf(ofRequest) === 'AbortError' ? ofTransaction : ofRequest;
