import type { NetworkInterfaceInfo } from 'node:os';
import { isIP, isIPv6 } from 'node:net';
import { concrete } from '../ways/addresses.ts';
import { isLoopback, networks } from '../limits/remote-address.ts';
import { DENIED_PEERS } from './peer-ranges.ts';

/** Where the TURN server is. */
export interface TurnPlace {
  /** IP addresses to listen on. */
  readonly addresses: readonly string[];
  /** Host name or address that browsers are told. */
  readonly host: string;
  /** Only this machine can come. */
  readonly local: boolean;
  /** Peers that are in a denied range and must be reached nevertheless. */
  readonly allowedPeers: readonly string[];
}

// Apart: Node takes an IPv4 address for one of the mapped IPv6 range.
const isDeniedV4 = networks(DENIED_PEERS.filter((network) => !network.includes(':')));
const isDeniedV6 = networks(DENIED_PEERS.filter((network) => network.includes(':')));
const isDenied = (address: string): boolean =>
  isIPv6(address) ? isDeniedV6(address) : isDeniedV4(address);
const LOOPBACK = ['127.0.0.0/8', '::1'];

/** `relay.example.org` of `https://relay.example.org`. */
function hostOfUrl(url: string): string {
  return url === '' ? '' : new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * When both ends of a call go through the same server, its own address is the peer. Where that is a private one (a
 * relay of a home network, or one behind NAT) it has to be allowed: nothing else of the network is.
 */
function ownAddresses(addresses: readonly string[], externalIps: readonly string[]): string[] {
  if (externalIps.length > 0) {
    const inner = externalIps.flatMap((item) => item.split('/').slice(1));
    return (inner.length > 0 ? inner : addresses.slice(0, 1)).filter(isDenied);
  }
  if (!addresses.every(isDenied)) return [];
  const first = (v6: boolean) => addresses.find((address) => isIPv6(address) === v6);
  return [first(false), first(true)].filter((address) => address !== undefined);
}

/** Where a TURN server of this relay is, or `undefined` if nobody whom the relay is for could reach it. */
export function turnPlace(
  options: {
    readonly turnHost: string;
    readonly webrtcHost: string;
    readonly turnAnnounce: string;
    readonly turnExternalIp: readonly string[];
    readonly publicUrl: string;
  },
  /** IP address of the relay's HTTP port. */
  bound: string,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): TurnPlace | undefined {
  const publicHost = hostOfUrl(options.publicUrl);
  const all = concrete(options.turnHost || options.webrtcHost || bound, interfaces);
  const outer = all.filter((address) => !isLoopback(address));
  if (outer.length === 0) {
    const isOwn = publicHost === '' || publicHost === 'localhost';
    if (!isOwn && !(isIP(publicHost) !== 0 && isLoopback(publicHost))) return undefined;
    return { addresses: all, host: all[0] ?? bound, local: true, allowedPeers: LOOPBACK };
  }
  const external = options.turnExternalIp[0]?.split('/')[0];
  return {
    addresses: outer,
    host: options.turnAnnounce || publicHost || external || (outer[0] ?? bound),
    local: false,
    allowedPeers: ownAddresses(outer, options.turnExternalIp),
  };
}
