import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Multiaddr } from '@multiformats/multiaddr';

/** `::ffff:192.0.2.1` (an IPv4 peer on a dual-stack socket) → `192.0.2.1`. */
export const withoutMapping = (address: string): string =>
  address.replace(/^::ffff:(?=\d+\.)/i, '');

/** The IP address a multiaddr begins with. */
export const hostOf = (address: Multiaddr): string => address.getComponents()[0]?.value ?? '';

/** Matches addresses in a list of addresses and networks. */
export function networks(list: readonly string[]): (address: string) => boolean {
  const block = new BlockList();
  for (const item of list) {
    const [address = '', prefix] = item.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) block.addAddress(address, family);
    else block.addSubnet(address, Number(prefix), family);
  }
  return (address) => block.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

export const isLoopback = networks(['127.0.0.0/8', '::1']);

/**
 * The IP address a request really comes from. `X-Forwarded-For` is read from the right, for as long as those who
 * wrote it are trusted proxies: everything to the left of the first untrusted address is that peer's own claim.
 */
export function remoteAddress(
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  isTrustedProxy: (address: string) => boolean,
): string {
  let address = withoutMapping(request.socket.remoteAddress ?? '0.0.0.0');
  const header = request.headers['x-forwarded-for'] ?? '';
  const hops = String(header).split(',');
  while (isTrustedProxy(address) && hops.length > 0) {
    const hop = withoutMapping((hops.pop() ?? '').trim().replace(/^\[(.*)\]$/, '$1'));
    if (isIP(hop) === 0) return address;
    address = hop;
  }
  return address;
}

/** The eight groups of an IPv6 address, as numbers. */
function groups(address: string): number[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const parse = (text: string): number[] =>
    (text === '' ? [] : text.split(':')).flatMap((group) => {
      if (!group.includes('.')) return [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
      return [(a << 8) | b, (c << 8) | d];
    });
  const left = parse(head);
  const right = tail === undefined ? [] : parse(tail);
  return [...left, ...Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0), ...right];
}

/** The IPv4 address in a mapped IPv6 one (RFC 4291, 2.5.5.2), however it is written. */
function mappedIPv4(all: readonly number[]): string | undefined {
  const [high = 0, low = 0] = all.slice(6);
  if (all[5] !== 0xffff || all.slice(0, 5).some((group) => group !== 0)) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * What counts as one address for limits: an IPv4 address, or an IPv6 /64, which one household usually gets. Mapped
 * IPv4 addresses are IPv4 addresses: they share one /64, all of them.
 */
export function limitKey(address: string): string {
  if (!isIPv6(address)) return address;
  const all = groups(address);
  const mapped = mappedIPv4(all);
  if (mapped !== undefined) return mapped;
  return `${all
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}
