import { isIPv6 } from 'node:net';
import { addressScope } from '#lib/protocol/network-address.ts';
import { networks, withoutMapping } from './remote-address.ts';

/** Who can be behind an IP address. `never`: nobody that a relay has to do with. */
export type AddressReach = 'public' | 'private' | 'loopback' | 'never';

/**
 * For documentation and for benchmarks, and tunnels that lead to any IPv4 address. https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const isSpecial = networks([
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]);

/** Global unicast (RFC 4291): everything else in IPv6 is special, mapped IPv4 included. */
const isGlobalUnicast = networks(['2000::/3']);

export function reachOf(address: string): AddressReach {
  const ip = withoutMapping(address);
  const scope = addressScope(ip);
  if (scope === 'loopback') return 'loopback';
  if (isSpecial(ip)) return 'never';
  if (scope === 'private' || scope === 'shared') return 'private';
  if (scope !== 'ordinary') return 'never';
  return isIPv6(ip) && !isGlobalUnicast(ip) ? 'never' : 'public';
}
