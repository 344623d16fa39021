import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { inTurn } from '../in-turn.ts';
import {
  KEEP_ALIVE_MS,
  READ_TIMEOUT_MS,
  REQUESTS_PER_SOCKET,
  SOCKET_IDLE_MS,
} from '../limits/limits.ts';
import { requestPath } from './pages.ts';
import type { Page, Pages } from './pages.ts';
import { parseInParts } from './parse-in-parts.ts';

/** Request line and headers, bytes; browsers send less than 2 KiB. */
const HEADERS_MAX_BYTES = 16 * 1024;
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

/** Made answers by path. */
export type Endpoints = Readonly<
  Record<string, (request: IncomingMessage) => Page | Promise<Page>>
>;

export const textPage = (status: number, body: string): Page => ({
  status,
  type: TEXT,
  body: `${body}\n`,
});
export const jsonPage = (value: unknown, headers: Readonly<Record<string, string>> = {}): Page => ({
  status: 200,
  type: JSON_TYPE,
  body: `${JSON.stringify(value)}\n`,
  headers,
});

/** How a request is met by the limit of who sent it; `refused-for-good`: over a connection of that address alone. */
export type Admission = 'admitted' | 'refused' | 'refused-for-good';

const TOO_OFTEN = { ...textPage(429, 'Too many requests'), headers: { 'Retry-After': '10' } };

/** The HTTP server of the public port: endpoints, the app, and upgrades for `onUpgrade`. Not yet listening. */
export function createHttpEntry(init: {
  readonly pages: Pages;
  readonly endpoints: Endpoints;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly onError: (error: unknown) => void;
  readonly admit: (request: IncomingMessage) => Admission;
  /** A connection was cut because too many of its requests waited; this is the last. */
  readonly onCut: (request: IncomingMessage) => void;
}): Server {
  const { pages, endpoints } = init;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const admission = init.admit(request);
    if (admission !== 'admitted') {
      if (admission === 'refused-for-good') response.shouldKeepAlive = false;
      pages.send(request, response, TOO_OFTEN);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const page = {
        ...textPage(405, 'Method not allowed'),
        headers: { Allow: 'GET, HEAD', Connection: 'close' },
      };
      pages.send(request, response, page);
      return;
    }
    const path = requestPath(request.url);
    if (path === undefined) {
      pages.send(request, response, textPage(400, 'Bad request'));
      return;
    }
    const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
    if (endpoint !== undefined) {
      pages.send(request, response, await endpoint(request));
      return;
    }
    return pages.sendApp(request, response, path);
  };

  const server = createServer(
    {
      maxHeaderSize: HEADERS_MAX_BYTES,
      headersTimeout: READ_TIMEOUT_MS,
      requestTimeout: READ_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    inTurn(async (request, response) => {
      response.on('error', () => response.destroy());
      try {
        await answer(request, response);
      } catch (error) {
        init.onError(error);
        if (!response.headersSent) pages.send(request, response, textPage(500, 'Internal error'));
        else response.destroy();
      }
    }, init.onCut),
  );
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET;
  server.timeout = SOCKET_IDLE_MS; // upgraded sockets are asked by pings instead
  parseInParts(server);
  server.on('upgrade', init.onUpgrade);
  return server;
}
