import { isIP, isIPv6 } from 'node:net';
import { isRelayAddress } from '#lib/protocol/relay-address.ts';
import { reachOf } from '../limits/public-address.ts';
import type { AddressReach } from '../limits/public-address.ts';

/** Where the WebSocket of another relay is. */
export interface DialTarget {
  /** IP address or host name. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** The peer ID that must answer. */
  readonly peer: string;
}

/** A relay's WebSocket: the one way in that every relay has, and the only one that relays dial. */
const WEBSOCKET =
  /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d{1,5})\/(ws|wss|tls\/ws)\/p2p\/([^/]+)$/;

/** What a multiaddr says of a relay's WebSocket, or `undefined` for any other address. */
export function dialTarget(address: string): DialTarget | undefined {
  if (!isRelayAddress(address)) return undefined;
  const [, host, port, transport, peer] = WEBSOCKET.exec(address) ?? [];
  if (host === undefined || peer === undefined || Number(port) < 1 || Number(port) > 65_535) {
    return undefined;
  }
  return { host, port: Number(port), secure: transport !== 'ws', peer };
}

export function targetUrl({ host, port, secure }: DialTarget): string {
  return `${secure ? 'wss' : 'ws'}://${isIPv6(host) ? `[${host}]` : host}:${port}/`;
}

/** Names that only a machine or its own network knows. */
const OWN_NAME = /^(?:localhost|.*\.(?:localhost|local|internal|lan|home\.arpa))\.?$|^[^.]*$/i;
const HTTP_PORTS = [80, 443];

/**
 * Whether an address that another relay told of may be dialled, as far as it can be seen before its name is looked
 * up. Ports of other well-known protocols are never knocked at.
 */
export function mayTry(target: DialTarget, allowed: (reach: AddressReach) => boolean): boolean {
  if (target.port < 1024 && !HTTP_PORTS.includes(target.port)) return false;
  if (isIP(target.host) !== 0) return allowed(reachOf(target.host));
  return allowed('public') && !OWN_NAME.test(target.host);
}
