import type { OwnNetwork } from '#lib/domain/reasons.ts';
import type { PageLife } from '#lib/ports/page-life.ts';
import type { Reachability } from '../woxly.ts';
import { networkOf } from './network-of.ts';

/** What the relays tell of our own network: that those of different networks are gone together is no chance. */
export function ownNetwork(
  { status, relays }: Pick<Reachability, 'status' | 'relays'>,
  { online }: Pick<PageLife, 'online'>,
): OwnNetwork {
  if (status === 'reachable') return 'up';
  if (!online) return 'down';
  const reached = relays.filter(({ roundTripMs }) => roundTripMs !== undefined);
  return new Set(reached.map(({ address }) => networkOf(address))).size > 1 ? 'down' : 'unclear';
}
