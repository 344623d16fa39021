import { WoxlyError } from '#lib/domain/errors.ts';

/** Why the browser did not keep or read something. */
export type StorageFailure =
  /** No room is left (`QuotaExceededError`). */
  | 'full'
  /** Another tab runs a newer WOXLY and took the database over: reload. */
  | 'superseded'
  /** The database is of a newer WOXLY than this page: reload. */
  | 'newer-version'
  /** This browser keeps nothing: a private window, a policy, a broken profile. */
  | 'unavailable';

const REASONS: Partial<Record<string, StorageFailure>> = {
  QuotaExceededError: 'full',
  VersionError: 'newer-version',
};

/** A failure of IndexedDB by its DOMException name. */
export function storageFailure(cause: unknown): WoxlyError<StorageFailure> {
  if (cause instanceof WoxlyError) return cause as WoxlyError<StorageFailure>;
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : '';
  return new WoxlyError(REASONS[name] ?? 'unavailable', { cause });
}
