import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import type { RelayList } from '#lib/ports/relay-list.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import type { RelayView } from './reachability.ts';

/** Relays that are remembered for the next time. */
const REMEMBERED_MAX = 8;

/**
 * Remembers the relays that serve now, then those that did before: an installed app opens when the relay it came from
 * is gone, and must still find the network. Relays of invites are not among them, or an invite would have a say in
 * where we connect for as long as the app is there.
 */
export function rememberRelays(
  relayList: Pick<RelayList, 'recall' | 'remember'>,
  relays: readonly RelayView[],
  refused: readonly RelayId[],
): void {
  const before = relayList.recall();
  const serving = relays
    .filter(({ state, origin }) => state === 'reachable' && origin !== 'invite')
    .map(({ address }) => address);
  if (serving.length === 0) return;
  const byId = new Map<RelayId, RelayAddress>();
  for (const address of [...serving, ...before]) {
    const id = relayIdOf(address);
    if (!byId.has(id) && !refused.includes(id)) byId.set(id, address);
  }
  const next = [...byId.values()].slice(0, REMEMBERED_MAX);
  const isSame = next.length === before.length && next.every((address) => before.includes(address));
  if (!isSame) relayList.remember(next);
}
