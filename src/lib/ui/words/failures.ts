import { WoxlyError } from '#lib/domain/errors.ts';
import { STORAGE_FAILURES } from '#lib/domain/reasons.ts';
import type { StorageFailure } from '#lib/domain/reasons.ts';
import { m } from '#lib/messages/messages.js';

/** Why a change was not kept, and what to do. */
const STORAGE_FAILURE_WORDS: Record<StorageFailure, () => string> = {
  full: m.storage_problem_full,
  superseded: m.storage_problem_superseded,
  'newer-version': m.storage_problem_newer_version,
  unavailable: m.storage_problem_unavailable,
};

/** What browsers say of a part of the app that is not to be had: Chromium, Firefox, Safari, and Vite of its styles. */
const MISSING_PART =
  /dynamically imported module|Importing a module script failed|Unable to preload/;

/** Why the browser did not keep something, if that is what went wrong. */
export const storageFailureOf = (failure: unknown): StorageFailure | undefined =>
  failure instanceof WoxlyError
    ? STORAGE_FAILURES.find((reason) => reason === failure.reason)
    : undefined;

/** Whether a part of the app could not be fetched: a new version is on the server, or there is no network. */
const isMissingPart = (failure: unknown): boolean =>
  failure instanceof Error && MISSING_PART.test(failure.message);

/** Whether this is a failure of the world, and none of the app. */
export const isExpected = (failure: unknown): boolean =>
  failure instanceof WoxlyError || isMissingPart(failure);

/** What went wrong, in words. */
export function failureWords(failure: unknown): string {
  const reason = storageFailureOf(failure);
  if (reason !== undefined) return STORAGE_FAILURE_WORDS[reason]();
  return isMissingPart(failure) ? m.part_missing() : m.failed_try_again();
}
