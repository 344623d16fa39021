import { WoxlyError } from '#lib/domain/errors.ts';
import type { IdentityKey } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import type { Reach } from '../reach/reach-port.ts';
import { pause } from '../pause.ts';
import type { ContactPlace } from './verdict.ts';

const FAILURES = ['offline', 'not-found', 'not-reachable'] as const;

/** How long a connection of their own may take to come up beside the circuit, and how often it is looked for, ms. */
const UPGRADE_MS = 6_000;
const LOOK_MS = 500;
/** After so long through a TURN server it will stay there, ms. */
const SETTLED_MS = 2_000;

/**
 * Looks for a contact as a call would, and opens a channel to one of their devices, over which nothing is said. If that
 * goes by a circuit it waits for a while: between contacts the network makes a connection of its own, as a call does.
 */
export function lookUpForDoctor(
  clock: Clock,
  online: Promise<{ readonly reach: Pick<Reach, 'first'> }>,
): (key: IdentityKey, signal: AbortSignal) => Promise<ContactPlace> {
  /** One through a TURN server may give way to a direct one a moment later. */
  const whereabouts = async (channel: FrameChannel, signal: AbortSignal): Promise<ContactPlace> => {
    let turns = 0;
    for (let waited = 0; waited < UPGRADE_MS && !signal.aborted; waited += LOOK_MS) {
      const way = await channel.way?.().catch(() => undefined);
      if (way === 'direct') return 'direct';
      turns = way === 'turn' ? turns + 1 : 0;
      if (turns * LOOK_MS >= SETTLED_MS) return 'relayed';
      await pause(clock, LOOK_MS, signal);
    }
    return 'there';
  };

  return async (key, signal) => {
    try {
      const { reach } = await online;
      const channel = await reach.first(key, CALL_PROTOCOL, { signal });
      try {
        return await whereabouts(channel, signal);
      } finally {
        channel.close();
      }
    } catch (cause) {
      const reason: unknown = cause instanceof WoxlyError ? cause.reason : undefined;
      return FAILURES.find((failure) => failure === reason) ?? 'not-reachable';
    }
  };
}
