import { hostPlace } from '#lib/protocol/host.ts';
import { TURN_URL_MAX_BYTES } from '#lib/protocol/limits.ts';

/** `stun:` of RFC 7064; `turn:` and `turns:` of RFC 7065. The host is a name, an IPv4 or a bracketed IPv6 address. */
const SHAPE =
  /^(stun|turns?):([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/;

/**
 * Ports that Chromium uses for TURN besides those from 1024 on (`TurnPort::AllowedTurnPort`): a server chosen by
 * somebody else must not make us knock at mail servers. 443 and 3478 are what TURN servers have.
 */
const LOW_PORTS = [53, 80, 443];

/** One URL of a STUN or TURN server, taken apart. */
export interface IceUrl {
  readonly url: string;
  readonly scheme: 'stun' | 'turn' | 'turns';
  /** Host name or IP address, without brackets, in lower case. */
  readonly host: string;
  readonly transport: 'udp' | 'tcp';
}

/** Reads the URL of a STUN or TURN server; `undefined` for anything else. */
export function readIceUrl(url: string): IceUrl | undefined {
  if (url.length > TURN_URL_MAX_BYTES) return undefined;
  const [, scheme, host, port, transport] = SHAPE.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  const number = Number(port ?? 3478);
  // An address in another spelling: browsers would read it, and nobody who looks at it.
  if (hostPlace(host) === undefined) return undefined;
  if (number > 65_535 || (number < 1024 && !LOW_PORTS.includes(number))) return undefined;
  // A STUN URL has no transport (RFC 7064), and browsers throw at one.
  if (scheme === 'stun' && transport !== undefined) return undefined;
  return {
    url,
    scheme: scheme as IceUrl['scheme'],
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    transport: scheme === 'turns' || transport === 'tcp' ? 'tcp' : 'udp',
  };
}
