import { vi } from 'vitest';

/** Work over sockets and in processes takes as long as the machine is busy; only a fault takes longer than this, ms. */
const PATIENCE_MS = 10_000;

/** Waits until a check throws no more. */
export const eventually = <T>(check: () => T | Promise<T>, patienceMs = PATIENCE_MS): Promise<T> =>
  vi.waitFor(check, patienceMs);
