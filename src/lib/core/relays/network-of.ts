import type { RelayAddress } from '#lib/domain/ids.ts';
import { relayHostOf } from '#lib/protocol/relay-address.ts';

/**
 * The network that a relay's address belongs to: the last two labels of a name, an IPv4 /24 or an IPv6 /48. An
 * approximation of "who runs it" that, unlike an operator's name, cannot be chosen freely.
 */
export function networkOf(address: RelayAddress): string {
  const host = relayHostOf(address).toLowerCase();
  if (host.includes(':')) {
    const [head = ''] = host.split('::');
    const groups = head.split(':');
    return [0, 1, 2].map((place) => groups[place] || '0').join(':');
  }
  const labels = host.split('.');
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return labels.slice(0, 3).join('.');
  return labels.slice(-2).join('.');
}
