import ipaddr from 'ipaddr.js';
import type { IPv4, IPv6 } from 'ipaddr.js';

/** What an address says about where packets to it go. */
export type AddressScope =
  | 'ordinary'
  /** RFC 1918, RFC 4193: a network of one's own. */
  | 'private'
  /** RFC 6598: between a provider and its customers. */
  | 'shared'
  /** This link only, with the addresses at which clouds tell their secrets. */
  | 'link-local'
  | 'loopback'
  | 'unspecified'
  | 'multicast'
  | 'reserved';

type Range<A extends IPv4 | IPv6> = ReturnType<A['range']>;

/** Ranges for documentation and tests are ordinary: nobody is behind them but test laboratories. */
const SCOPES_4: Partial<Record<Range<IPv4>, AddressScope>> = {
  // All of 0.0.0.0/8: it is "this host" to some systems.
  unspecified: 'unspecified',
  broadcast: 'reserved',
  multicast: 'multicast',
  linkLocal: 'link-local',
  loopback: 'loopback',
  carrierGradeNat: 'shared',
  private: 'private',
};
/** The package's types leave `discard` out. */
const SCOPES_6: Partial<Record<Range<IPv6> | 'discard', AddressScope>> = {
  unspecified: 'unspecified',
  multicast: 'multicast',
  linkLocal: 'link-local',
  loopback: 'loopback',
  uniqueLocal: 'private',
  // Tunnels whose other end cannot be told.
  teredo: 'reserved',
  discard: 'reserved',
};

function scope4(address: IPv4): AddressScope {
  const [first = 0] = address.octets;
  return first >= 240 ? 'reserved' : (SCOPES_4[address.range()] ?? 'ordinary');
}

/** The IPv4 address inside a mapped, compatible, translated or 6to4 IPv6 address: what its packets may reach. */
function embeddedIpv4({ parts }: IPv6): IPv4 | undefined {
  const [g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, g5 = 0, g6 = 0, g7 = 0] = parts;
  const split = (high: number, low: number) =>
    new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]);
  if (g0 === 0x2002) return split(g1, g2);
  // The well-known prefix of RFC 6052, and those of RFC 8215 for use within a network.
  if (g0 === 0x64 && g1 === 0xff9b && (g2 === 1 || (g2 | g3 | g4 | g5) === 0)) return split(g6, g7);
  if ((g0 | g1 | g2 | g3) !== 0) return undefined;
  if (g4 === 0 && (g5 === 0 || g5 === 0xffff)) return split(g6, g7);
  // ::ffff:0:a.b.c.d of RFC 2765.
  return g4 === 0xffff && g5 === 0 ? split(g6, g7) : undefined;
}

function scope6(address: IPv6): AddressScope {
  // RFC 3879: site-local addresses, which the library's types do not know.
  if (((address.parts[0] ?? 0) & 0xffc0) === 0xfec0) return 'private';
  const scope = SCOPES_6[address.range()];
  if (scope !== undefined) return scope;
  const embedded = embeddedIpv4(address);
  return embedded === undefined ? 'ordinary' : scope4(embedded);
}

/**
 * An IPv4 address in dotted decimal without leading zeros (which some read as octal), or an IPv6 address without a zone
 * (RFC 4291, 2.2); `undefined` for any other text, and for the other ways to write an address that browsers know.
 */
function parse(text: string): IPv4 | IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!/^[0-9a-fA-F:.]{2,45}$/.test(text) || !text.includes(':')) return undefined;
  const quad = text.slice(text.lastIndexOf(':') + 1);
  if (quad.includes('.') && !ipaddr.IPv4.isValidFourPartDecimal(quad)) return undefined;
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

const isIpv4 = (address: IPv4 | IPv6): address is IPv4 => address.kind() === 'ipv4';

/** The scope of an IPv4 or IPv6 address, or `undefined` for any other text (names, zones, octal, ports). */
export function addressScope(text: string): AddressScope | undefined {
  const address = parse(text);
  return address && (isIpv4(address) ? scope4(address) : scope6(address));
}

/** How many leading bits two addresses of one network of one's own have in common, as a rule. */
const NETWORK_BITS = { ipv4: 24, ipv6: 64 } as const;

/** Whether both are private addresses of what looks like one network. */
export function sameNetwork(one: string, other: string): boolean {
  if (addressScope(one) !== 'private' || addressScope(other) !== 'private') return false;
  const [a, b] = [parse(one), parse(other)];
  if (a === undefined || b === undefined || a.kind() !== b.kind()) return false;
  const bytes = NETWORK_BITS[a.kind()] / 8;
  const front = (address: IPv4 | IPv6) => address.toByteArray().slice(0, bytes).join();
  return front(a) === front(b);
}
