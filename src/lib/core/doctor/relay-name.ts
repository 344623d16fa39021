import { relayHostOf } from '#lib/protocol/relay-address.ts';
import type { Reachability } from '../relays/reachability.ts';

/** How people know the relay whose server is at a host: by its operator, or by its own host; else by that host. */
export function relayName(reachability: Pick<Reachability, 'ofServer'>, host: string): string {
  const relay = reachability.ofServer(host);
  if (relay === undefined) return host;
  return relay.operator || relayHostOf(relay.address);
}
