import { isIP, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { isLoopback } from '../limits/remote-address.ts';

/** Where the relay really listens. */
export interface Bound {
  /** IP address of the HTTP port. */
  readonly host: string;
  readonly port: number;
  readonly webrtc?: { readonly host: string; readonly port: number; readonly certhash: string };
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

const ip = (address: string): string => `/${isIPv6(address) ? 'ip6' : 'ip4'}/${address}`;
const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** The addresses behind a listening address: itself, or those of every interface, loopback last. */
export function concrete(host: string, interfaces: Interfaces): string[] {
  if (!isWildcard(host)) return [host];
  const all = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ family }) => family === 'IPv4' || host === '::')
    // A link-local address means nothing without its interface.
    .filter(({ address }) => !/^fe80:/i.test(address))
    .map(({ address }) => address);
  return [...all.filter((address) => !isLoopback(address)), '127.0.0.1'];
}

function publicWebSocket(publicUrl: URL): string {
  const host = publicUrl.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = publicUrl.protocol === 'https:';
  const port = publicUrl.port === '' ? (secure ? 443 : 80) : Number(publicUrl.port);
  return `${isIP(host) === 0 ? `/dns4/${host}` : ip(host)}/tcp/${port}/${secure ? 'wss' : 'ws'}`;
}

/**
 * The multiaddrs under which browsers reach the relay, without its peer ID, WebSocket first. With a public URL only
 * public ones are named: an address of the machine behind a proxy leads nowhere.
 */
export function announcedAddresses(
  bound: Bound,
  options: { readonly publicUrl: string; readonly announce: readonly string[] },
  interfaces: Interfaces,
): string[] {
  const { webrtc } = bound;
  const url = options.publicUrl === '' ? undefined : new URL(options.publicUrl);
  const webSockets =
    url === undefined
      ? concrete(bound.host, interfaces).map((host) => `${ip(host)}/tcp/${bound.port}/ws`)
      : [publicWebSocket(url)];
  const direct =
    webrtc === undefined
      ? []
      : concrete(webrtc.host, interfaces)
          .filter((host) => url === undefined || !isLoopback(host))
          .map(
            (host) => `${ip(host)}/udp/${webrtc.port}/webrtc-direct/certhash/${webrtc.certhash}`,
          );
  const more = options.announce.map((address) =>
    webrtc !== undefined && address.endsWith('/webrtc-direct')
      ? `${address}/certhash/${webrtc.certhash}`
      : address.replace(/\/p2p\/[^/]+$/, ''),
  );
  return [...new Set([...webSockets, ...direct, ...more])];
}

/** The host that a request names, if it is in one of these multiaddrs: an empty text otherwise. */
export function hostAsked(multiaddrs: readonly string[], hostHeader: string | undefined): string {
  const name = (hostHeader ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const host = name === 'localhost' ? '127.0.0.1' : name;
  return multiaddrs.some((address) => address.split('/')[2] === host) ? host : '';
}

/** The same multiaddrs, those at this host first: a page tries what it was loaded from. */
export function nearestFirst(multiaddrs: readonly string[], host: string): string[] {
  const isNear = (address: string): boolean => address.split('/')[2] === host;
  return [...multiaddrs.filter(isNear), ...multiaddrs.filter((address) => !isNear(address))];
}

/** Whether browsers come over TLS, at its own port: what is said of TLS there holds for the whole host, every port. */
export function isPlainHttps(publicUrl: string): boolean {
  if (publicUrl === '') return false;
  const { protocol, port } = new URL(publicUrl);
  return protocol === 'https:' && port === '';
}

/** The URL to open in a browser. */
export function openUrl(
  options: { readonly publicUrl: string; readonly host: string },
  port: number,
): string {
  if (options.publicUrl !== '') return new URL(options.publicUrl).origin;
  const host = isWildcard(options.host) ? 'localhost' : options.host;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
