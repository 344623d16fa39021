import { isIPv6 } from 'node:net';

/**
 * Where TURN must never send anything: every range that is not globally reachable (IANA special-purpose address
 * registries, RFC 6890), and every IPv6 range that carries an IPv4 address inside, behind which such a range could be
 * named. A TURN server that forgets one of them is a way into the network of its operator.
 */
export const DENIED_PEERS: readonly string[] = [
  '0.0.0.0/8', // this network; 0.0.0.0 is the machine itself on Linux
  '10.0.0.0/8', // private, RFC 1918
  '100.64.0.0/10', // carrier-grade NAT, RFC 6598
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local; metadata of cloud machines
  '172.16.0.0/12', // private, RFC 1918
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private, RFC 1918
  '198.18.0.0/15', // benchmarks, RFC 2544
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '::/96', // unspecified, loopback, IPv4-compatible
  '::ffff:0:0/96', // IPv4-mapped
  '::ffff:0:0:0/96', // IPv4-translated, RFC 2765
  '64:ff9b::/96', // NAT64, RFC 6052
  '64:ff9b:1::/48', // NAT64 of a network's own, RFC 8215
  '100::/64', // discard
  '2001::/23', // protocol assignments; Teredo carries IPv4
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4 carries IPv4
  '3fff::/20', // documentation
  '5f00::/16', // segment routing
  'fc00::/7', // unique local
  'fe80::/10', // link-local
  'fec0::/10', // site-local, RFC 3879
  'ff00::/8', // multicast
];

/** How the addresses of a family are written: groups of so many bits, in this base. */
interface Family {
  readonly groups: number;
  readonly bits: bigint;
  readonly base: number;
  readonly separator: string;
}
const V4: Family = { groups: 4, bits: 8n, base: 10, separator: '.' };
const V6: Family = { groups: 8, bits: 16n, base: 16, separator: ':' };

/** The groups of an IPv6 address, zeros filled in; its end may be written as an IPv4 address. */
function groupsOfV6(address: string): string[] {
  const text = address.replace(/[\d.]+\.\d+$/, (v4) => {
    const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = [], tail] = text.split('::').map((part) => part.split(':').filter(Boolean));
  if (tail === undefined) return head;
  return [...head, ...Array<string>(V6.groups - head.length - tail.length).fill('0'), ...tail];
}

function numberOf(address: string, { bits, base }: Family): bigint {
  const groups = isIPv6(address) ? groupsOfV6(address) : address.split('.');
  return groups.reduce((sum, group) => (sum << bits) | BigInt(parseInt(group, base)), 0n);
}

function textOf(value: bigint, { groups, bits, base, separator }: Family): string {
  return Array.from({ length: groups }, (_, at) => {
    const group = (value >> (BigInt(groups - 1 - at) * bits)) & ((1n << bits) - 1n);
    return group.toString(base);
  }).join(separator);
}

/** The first and the last address of a network such as `10.0.0.0/8`, or of one address. */
export function rangeOf(network: string): { readonly first: string; readonly last: string } {
  const [address = '', prefix] = network.split('/');
  const family = isIPv6(address) ? V6 : V4;
  const all = BigInt(family.groups) * family.bits;
  const value = numberOf(address, family);
  const host = (1n << (all - BigInt(prefix ?? all))) - 1n;
  return { first: textOf(value & ~host, family), last: textOf(value | host, family) };
}
