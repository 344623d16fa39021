import { isIPv6 } from 'node:net';

/** The STUN and TURN URLs that browsers are given (RFC 7064, RFC 7065), best first. */
export function turnUrls(host: string, port: number, tlsPort: number | undefined): string[] {
  const name = isIPv6(host) ? `[${host}]` : host;
  return [
    `stun:${name}:${port}`,
    `turn:${name}:${port}?transport=udp`,
    `turn:${name}:${port}?transport=tcp`,
    ...(tlsPort === undefined ? [] : [`turns:${name}:${tlsPort}?transport=tcp`]),
  ];
}
