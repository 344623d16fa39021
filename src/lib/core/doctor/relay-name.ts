import { relayHostOf } from '#lib/protocol/relay-address.ts';
import type { RelayView } from '../woxly.ts';

/** How people know the relay at a host: by its operator, or by the host itself. */
export function relayName(relays: readonly RelayView[], host: string): string {
  const relay = relays.find(({ address }) => relayHostOf(address).toLowerCase() === host);
  return relay?.operator || host;
}
