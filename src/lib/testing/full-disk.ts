import { WoxlyError } from '#lib/domain/errors.ts';
import type { StorageFailure } from '#lib/domain/reasons.ts';
import type { FakeWoxly } from './fake-woxly.ts';

/** From now on nothing that this WOXLY is asked to remember can be kept. */
export function fullDisk(fake: FakeWoxly, reason: StorageFailure = 'full'): void {
  const refuse = () => Promise.reject(new WoxlyError(reason));
  Object.assign(fake.settings, { change: refuse });
  Object.assign(fake.identity, { create: refuse, rename: refuse, confirmWords: refuse });
  Object.assign(fake.history, { markSeen: refuse, remove: refuse, clear: refuse });
  Object.assign(fake.reachability, { add: refuse, prefer: refuse, remove: refuse });
  Object.assign(fake.contacts, {
    add: refuse,
    rename: refuse,
    setHideAddress: refuse,
    block: refuse,
    unblock: refuse,
    remove: refuse,
    setVerified: refuse,
    replaceKey: refuse,
    acknowledgeKey: refuse,
  });
}
