import { WoxlyError } from '#lib/domain/errors.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Online } from '../online.ts';
import type { Contacts } from '../woxly.ts';
import type { Whereabouts } from './verdict.ts';

const FAILURES = ['offline', 'not-found', 'not-reachable'] as const;

/** How long a direct connection may take to come up beside the relayed one, ms: a second, and one more in need. */
const UPGRADE_MS = 2_000;

/**
 * Looks for a contact as a call would, and opens a channel to one of their devices, over which nothing is said. If that
 * goes over a relay it looks again a moment later: between contacts the network connects directly where it can.
 */
export function lookUpForDoctor(
  clock: Clock,
  contacts: Pick<Contacts, 'get'>,
  online: Promise<Pick<Online, 'reach'>>,
): (key: IdentityKey, signal: AbortSignal) => Promise<Whereabouts> {
  return async (key, signal) => {
    const hints = contacts.get(key)?.hints ?? { devices: [], relays: [] };
    try {
      const { reach } = await online;
      const isDirect = async () => {
        const channel = await reach.reach(key, hints, { onFound: () => undefined, signal });
        channel.close();
        return channel.direct === true;
      };
      if (await isDirect()) return 'direct';
      await new Promise<void>((resolve) => void clock.after(UPGRADE_MS, resolve));
      return (await isDirect().catch(() => false)) ? 'direct' : 'there';
    } catch (cause) {
      const reason: unknown = cause instanceof WoxlyError ? cause.reason : undefined;
      return FAILURES.find((failure) => failure === reason) ?? 'not-reachable';
    }
  };
}
