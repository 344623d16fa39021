import type { IncomingMessage } from 'node:http';
import { reachOf } from '../limits/public-address.ts';
import { remoteAddress, withoutMapping } from '../limits/remote-address.ts';

export const METRICS_READERS = ['private', 'all', 'off'] as const;

/**
 * Who may read the figures: this machine and private networks, unless the operator says otherwise. A request that some
 * proxy has passed on, and none that is trusted, could come from anybody.
 */
export function metricsAccess(
  readers: (typeof METRICS_READERS)[number],
  isTrustedProxy: (address: string) => boolean,
): (request: IncomingMessage) => boolean {
  return (request) => {
    if (readers !== 'private') return readers === 'all';
    const { headers, socket } = request;
    const isPassedOn = 'x-forwarded-for' in headers || 'forwarded' in headers;
    if (isPassedOn && !isTrustedProxy(withoutMapping(socket.remoteAddress ?? ''))) return false;
    const reach = reachOf(remoteAddress(request, isTrustedProxy));
    return reach === 'loopback' || reach === 'private';
  };
}
