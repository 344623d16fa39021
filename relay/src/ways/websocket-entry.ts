import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { webSockets } from '@libp2p/websockets';
import type { Listener } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { createBucket } from '#lib/domain/bucket.ts';
import { createAcceptRate } from '../limits/accept-rate.ts';
import { insideOf } from '#lib/patches/inside.ts';
import type { AddressLimits } from '../limits/address-limits.ts';
import type { CpuBudget } from '../limits/cpu-budget.ts';
import {
  ACCEPT_TICK_MS,
  HANDSHAKE_MS,
  WEBSOCKET_BACKLOG_MAX_BYTES,
  WEBSOCKET_FRAME_MAX_BYTES,
  WEBSOCKET_PINGS_AT_ONCE,
  WEBSOCKET_PINGS_PER_SECOND,
} from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import { openSocket } from './outbound-socket.ts';

/**
 * WebSocket connections of the public HTTP port, handed to libp2p. The listener of `@libp2p/websockets` would open
 * a port of its own, which would be a way around every limit here; so it never listens, and each connection is
 * given to its public `onWsServerConnection` with the address the peer really has.
 */

type WebSockets = ReturnType<typeof webSockets>;

/** What is used of the package's listener; `createListener` checks that it is there. */
interface PackageListener extends Pick<Listener, 'listen' | 'close' | 'getAddrs'> {
  onWsServerConnection(socket: WebSocket, request: unknown): void;
  server: { address(): { address: string; port: number; family: string } };
  safeDispatchEvent(type: 'listening' | 'close'): void;
}

/** What is used of the package's transport; it would look host names up by itself. */
interface PackageTransport {
  _connect(address: Multiaddr, options: { readonly signal?: AbortSignal }): Promise<WebSocket>;
}

export interface WebSocketEntry {
  readonly transport: WebSockets;
  /** Takes an HTTP upgrade of a peer at `address`, or refuses it in words. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void;
  /** Cuts what is still open. */
  close(): void;
}

/** What is computed at once is added up before it is told of, ms. */
const SPENT_STEP_MS = 5;
/** RFC 6455, section 7.4.1: never on the wire, it means that there was no farewell. */
const ABNORMAL_CLOSURE = 1006;

const REFUSALS = {
  'too-often': [
    429,
    'Too Many Requests',
    'too many new connections from this address, try again in a minute',
  ],
  'too-many': [429, 'Too Many Requests', 'too many connections from this address'],
  full: [503, 'Service Unavailable', 'this relay has no room'],
  busy: [503, 'Service Unavailable', 'too many come at once, try again in some seconds'],
  stopping: [503, 'Service Unavailable', 'this relay is not running'],
} as const;
type RefusalReason = keyof typeof REFUSALS;

function refuse(socket: Duplex, reason: RefusalReason): void {
  const [status, name, words] = REFUSALS[reason];
  const lines = [
    `HTTP/1.1 ${status} ${name}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${words.length + 1}`,
    ...(status === 429 ? ['Retry-After: 60'] : []),
    '',
    `${words}\n`,
  ];
  socket.end(lines.join('\r\n'), () => socket.destroy());
}

export function createWebSocketEntry(init: {
  readonly limits: AddressLimits;
  readonly cpu: Pick<CpuBudget, 'askOf' | 'spent'>;
  readonly maxConnections: number;
  readonly metrics: Metrics;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
  /** The IP address to which a dial of this relay goes, see `dialler.ts`. */
  readonly ipOf: (address: Multiaddr) => string | undefined;
}): WebSocketEntry {
  const { limits, cpu, metrics, now } = init;
  const sockets = new Set<WebSocket>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // Noise output does not compress, and each peer's window would cost 100 KiB
    maxPayload: WEBSOCKET_FRAME_MAX_BYTES,
  });
  let listener: PackageListener | undefined;
  const accepts = createAcceptRate(now);
  const ticking = setInterval(accepts.tick, ACCEPT_TICK_MS).unref();

  const cut = (socket: WebSocket, reason: 'cpu' | 'pings'): void => {
    metrics.connectionsCut.inc({ reason });
    socket.terminate();
  };

  const guard = (socket: WebSocket): void => {
    // Each is answered by itself; what is not read would gather here, and no browser sends one.
    const pings = createBucket({
      most: WEBSOCKET_PINGS_AT_ONCE,
      perSecond: WEBSOCKET_PINGS_PER_SECOND,
      now,
    });
    socket.on('ping', () => {
      // What came with the last one is still read.
      if (!pings.take() && socket.readyState === socket.OPEN) cut(socket, 'pings');
    });
    // Without this listener one malformed WebSocket frame would end the whole process.
    socket.on('error', () =>
      metrics.streamsDropped.inc({ protocol: 'websocket', reason: 'malformed' }),
    );
    socket.on('message', () => {
      if (socket.bufferedAmount <= WEBSOCKET_BACKLOG_MAX_BYTES) return;
      metrics.streamsDropped.inc({ protocol: 'websocket', reason: 'slow' });
      socket.terminate();
    });
    // libp2p aborts with this code, which `ws` refuses to send: the socket and the slot of its address would stay.
    const close = socket.close.bind(socket);
    socket.close = (code, reason) => {
      if (code === ABNORMAL_CLOSURE) socket.terminate();
      else close(code, reason);
    };
  };

  const transport: WebSockets = (components) => {
    const inner = webSockets()(components);
    const dials = insideOf<PackageTransport>('socket-dials', inner);
    dials._connect = (address, { signal }) => {
      const ip = init.ipOf(address);
      if (ip === undefined) return Promise.reject(new Error('a dial without a permit'));
      return openSocket(address, ip, guard, signal);
    };
    const createListener = inner.createListener.bind(inner);
    inner.createListener = (options) => {
      const inside = createListener(options);
      const made = insideOf<PackageListener>('socket-listener', inside);
      made.listen = () => {
        made.safeDispatchEvent('listening');
        return Promise.resolve();
      };
      made.close = () => {
        made.safeDispatchEvent('close');
        return Promise.resolve();
      };
      made.getAddrs = () => []; // what is announced is configured
      // It only asks whether there is a port that is no Unix socket.
      made.server = { address: () => ({ address: '127.0.0.1', port: 1, family: 'IPv4' }) };
      listener = made;
      return inside;
    };
    return inner;
  };

  const take = (socket: WebSocket, address: string, port: number): void => {
    guard(socket);
    metrics.connectionsTaken.inc({ transport: 'websocket' });
    // Listeners run one after the other: between these two, libp2p reads what came.
    let began = 0;
    let spent = 0;
    socket.on('message', () => (began = now()));
    listener?.onWsServerConnection(socket, {
      socket: { remoteAddress: address, remotePort: port },
      destroy: () => socket.terminate(),
    });
    socket.on('message', () => {
      spent += now() - began;
      if (spent < SPENT_STEP_MS) return;
      if (cpu.spent(address, spent) === 'cut') cut(socket, 'cpu');
      spent = 0;
    });
  };

  return {
    transport,
    upgrade(request, socket, head, address) {
      socket.on('error', () => socket.destroy());
      const refused = (reason: RefusalReason): void => {
        metrics.connectionsRefused.inc({ transport: 'websocket', reason });
        refuse(socket, reason);
      };
      if (listener === undefined) {
        refused('stopping');
        return;
      }
      if (sockets.size >= init.maxConnections) {
        refused('full');
        return;
      }
      const admitted = limits.admit(address);
      if (typeof admitted === 'string') {
        refused(admitted);
        return;
      }
      if (cpu.askOf(address, HANDSHAKE_MS) !== 'granted') {
        admitted();
        refused('too-often');
        return;
      }
      if (!accepts.take()) {
        admitted();
        refused('busy');
        return;
      }
      socket.on('close', admitted);
      const port = address === request.socket.remoteAddress ? (request.socket.remotePort ?? 0) : 0;
      server.handleUpgrade(request, socket, head, (webSocket) => {
        sockets.add(webSocket);
        webSocket.on('close', () => sockets.delete(webSocket));
        take(webSocket, address, port);
      });
    },
    close() {
      clearInterval(ticking);
      listener = undefined;
      for (const socket of sockets) socket.terminate();
    },
  };
}
