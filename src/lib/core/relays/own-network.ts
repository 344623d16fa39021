import type { Milliseconds, RelayAddress } from '#lib/domain/ids.ts';
import type { NetworkStatus, OwnNetwork } from '#lib/domain/reasons.ts';
import { networkOf } from './network-of.ts';

/** Relays that are lost within so long of each other are lost together, ms: a dead connection takes a while to show. */
const TOGETHER_MS = 20_000;

/** A relay that may have held a reservation of ours. */
export interface Losable {
  readonly addresses: readonly RelayAddress[];
  /** When it was lost last; `-Infinity` if it never was. */
  readonly lostAt: Milliseconds;
}

/** What can be told of our own network: that relays of different networks are lost together is no chance. */
export function ownNetwork(
  status: NetworkStatus,
  online: boolean,
  relays: readonly Losable[],
): OwnNetwork {
  if (status === 'reachable' || status === 'no-room') return 'up';
  return !online || networksLost(relays) > 1 ? 'down' : 'unclear';
}

/** Of how many networks relays were lost together with the one that was lost last. */
function networksLost(relays: readonly Losable[]): number {
  const last = Math.max(...relays.map(({ lostAt }) => lostAt));
  const lost = relays.filter(({ lostAt }) => lostAt > -Infinity && last - lostAt <= TOGETHER_MS);
  const seen = new Set<string>();
  let count = 0;
  for (const { addresses } of lost) {
    // A relay may be in several: by name and by address. One that shares any with another counts with it.
    const networks = addresses.map(networkOf);
    if (!networks.some((network) => seen.has(network))) count += 1;
    for (const network of networks) seen.add(network);
  }
  return count;
}
