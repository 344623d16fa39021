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

/** The IP address in an entry of `X-Forwarded-For`: some proxies add brackets, quotes, or the port of the peer. */
function addressIn(entry: string): string | undefined {
  const text = entry.replace(/^"(.*)"$/, '$1');
  const withoutPort = isIP(text) === 0 ? text.replace(/:\d{1,5}$/, '') : text;
  const address = withoutMapping(withoutPort.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, ''));
  return isIP(address) === 0 ? undefined : address;
}

/**
 * The IP address a request really comes from. `X-Forwarded-For` is read from the right, for as long as those who
 * wrote it are trusted proxies: everything to the left of the first untrusted address is that peer's own claim.
 */
export function remoteAddress(
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  isTrustedProxy: (address: string) => boolean,
): string {
  let address = withoutMapping(request.socket.remoteAddress ?? '0.0.0.0');
  const header = String(request.headers['x-forwarded-for'] ?? '');
  const hops = header.split(',').flatMap((entry) => entry.trim() || []);
  while (isTrustedProxy(address)) {
    const hop = addressIn(hops.pop() ?? '');
    if (hop === undefined) return address;
    address = hop;
  }
  return address;
}

/** The eight groups of an IPv6 address, as numbers. */
export function groups(address: string): number[] {
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

/** Networks of IPv6 whose last 32 bits are an IPv4 address: mapped (RFC 4291, 2.5.5.2), and NAT64 (RFC 6052, 2.1). */
const IPV4_INSIDE = [
  [0, 0, 0, 0, 0, 0xffff],
  [0x64, 0xff9b, 0, 0, 0, 0],
] as const;

/** The IPv4 address in an IPv6 one that stands for it, however it is written. */
export function ipv4In(all: readonly number[]): string | undefined {
  const isInside = IPV4_INSIDE.some((prefix) =>
    prefix.every((group, index) => all[index] === group),
  );
  if (!isInside) return undefined;
  const [high = 0, low = 0] = all.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
