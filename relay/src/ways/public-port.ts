import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AddressLimits } from '../limits/address-limits.ts';
import type { ClockState } from '../presence/clock-doubt.ts';
import { createEndpoints } from '../http/endpoints.ts';
import type { Description } from '../http/endpoints.ts';
import { createHttpEntry } from '../http/http-entry.ts';
import type { Admission } from '../http/http-entry.ts';
import {
  HTTP_REQUESTS_PER_CONNECTION,
  PAGE_SOCKETS_MAX,
  PAGE_SOCKETS_PER_ADDRESS,
} from '../limits/limits.ts';
import { errorName } from '../process/log.ts';
import type { Log } from '../process/log.ts';
import type { Metrics } from '../http/metrics.ts';
import { metricsAccess } from '../http/metrics-access.ts';
import type { RelayOptions } from '../options/options.ts';
import type { Pages } from '../http/pages.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { networks, remoteAddress, withoutMapping } from '../limits/remote-address.ts';
import { sharesOf } from '../limits/share.ts';
import { limitSockets } from '../http/socket-limit.ts';

/** The one public TCP port, for pages and WebSockets, with its limits per address. Not yet listening. */
export function createPublicPort(init: {
  readonly options: RelayOptions;
  readonly pages: Pages;
  readonly limits: Pick<AddressLimits, 'isExempt'>;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly accepts: () => boolean;
  readonly clock: () => ClockState;
  readonly turn: () => string;
  readonly description: () => Description | undefined;
  /** A WebSocket that comes from this address. */
  readonly onUpgrade: (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    address: string,
  ) => void;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): { readonly server: Server; sweep(): void } {
  const { options, limits, metrics, log, now } = init;
  const isTrustedProxy = networks(options.trustedProxy);
  const rate = createRateLimit({
    perMinute: options.connectionsPerMinute * HTTP_REQUESTS_PER_CONNECTION,
    now,
  });

  const admit = (request: IncomingMessage): Admission => {
    const address = remoteAddress(request, isTrustedProxy);
    if (limits.isExempt(address) || rate.take(sharesOf(address))) return 'admitted';
    metrics.requestsRefused.inc();
    const isOwn = !isTrustedProxy(withoutMapping(request.socket.remoteAddress ?? ''));
    return isOwn ? 'refused-for-good' : 'refused';
  };

  const server = createHttpEntry({
    pages: init.pages,
    endpoints: createEndpoints(
      { ...init, mayReadMetrics: metricsAccess(options.metrics, isTrustedProxy) },
      now,
    ),
    admit,
    onUpgrade: (request, socket, head) =>
      init.onUpgrade(request, socket, head, remoteAddress(request, isTrustedProxy)),
    onError: (error) => {
      metrics.unexpected.inc();
      log.error('http request failed', { error: errorName(error) });
    },
    onCut(request) {
      metrics.streamsDropped.inc({ protocol: 'http', reason: 'pipelined' });
      const address = remoteAddress(request, isTrustedProxy);
      // All that came with it was read: some thousand requests.
      if (!limits.isExempt(address)) rate.empty(sharesOf(address));
    },
  });
  limitSockets(server, {
    most: options.connectionsPerAddress + PAGE_SOCKETS_PER_ADDRESS,
    total: options.maxConnections + PAGE_SOCKETS_MAX,
    rate,
    isExempt: (address) => limits.isExempt(address) || isTrustedProxy(address),
    onRefused: () => metrics.connectionsRefused.inc({ transport: 'tcp', reason: 'too-many' }),
  });
  return { server, sweep: rate.sweep };
}
