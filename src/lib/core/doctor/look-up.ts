import { WoxlyError } from '#lib/domain/errors.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { Online } from '../online.ts';
import type { Contacts } from '../woxly.ts';
import type { Whereabouts } from './verdict.ts';

const FAILURES = ['offline', 'not-found', 'not-reachable'] as const;

/** How long a connection of their own may take to come up beside the circuit, ms: a second, and one more in need. */
const UPGRADE_MS = 2_000;

/**
 * Looks for a contact as a call would, and opens a channel to one of their devices, over which nothing is said. If that
 * is not direct it looks again a moment later: between contacts the network makes a connection of its own, as a call does.
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
      const way = async () => {
        const channel = await reach.reach(key, hints, { onFound: () => undefined, signal });
        const found = await channel.way?.().catch(() => undefined);
        channel.close();
        return found;
      };
      if ((await way()) === 'direct') return 'direct';
      await pause(clock, UPGRADE_MS, signal);
      switch (await way().catch(() => undefined)) {
        case 'direct':
          return 'direct';
        case 'turn':
          return 'relayed';
        case 'circuit':
        case undefined:
          return 'there';
      }
    } catch (cause) {
      const reason: unknown = cause instanceof WoxlyError ? cause.reason : undefined;
      return FAILURES.find((failure) => failure === reason) ?? 'not-reachable';
    }
  };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
