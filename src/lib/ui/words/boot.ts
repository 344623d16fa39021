import type { StorageFailure } from '#lib/domain/reasons.ts';
import { m } from '#lib/messages/messages.js';
import { storageFailureOf } from './failures.ts';

/** Why WOXLY did not start. */
export type BootFailure = StorageFailure | 'other';

/** What starting waits for. */
export type WaitingFor = 'loading' | 'tabs' | 'storage' | 'older-tab';

/** A browser that is told to keep nothing refuses databases and locks by this name. */
export const bootFailureOf = (cause: unknown): BootFailure =>
  cause instanceof DOMException && cause.name === 'SecurityError'
    ? 'unavailable'
    : (storageFailureOf(cause) ?? 'other');

/** What is wrong, and what to do about it. */
export const BOOT_FAILURE_WORDS: Record<
  BootFailure,
  { readonly title: () => string; readonly text: () => string }
> = {
  full: { title: m.boot_full_title, text: m.boot_full_text },
  unavailable: { title: m.boot_blocked_title, text: m.boot_blocked_text },
  superseded: { title: m.boot_newer_title, text: m.boot_newer_text },
  'newer-version': { title: m.boot_newer_title, text: m.boot_newer_text },
  other: { title: m.boot_failed_title, text: m.boot_failed_text },
};

export const WAITING_WORDS: Record<WaitingFor, () => string> = {
  loading: m.waiting_loading,
  tabs: m.waiting_tabs,
  storage: m.waiting_storage,
  'older-tab': m.waiting_older_tab,
};
