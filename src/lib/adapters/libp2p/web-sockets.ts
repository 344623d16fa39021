import { webSockets } from '@libp2p/websockets';
import type { Multiaddr } from '@multiformats/multiaddr';
import { insideOf } from '#lib/patches/inside.ts';
import { multiaddrToUri } from '@multiformats/multiaddr-to-uri';

/** RFC 6455, section 7.4.1: never on the wire, it means that there was no farewell. */
const ABNORMAL_CLOSURE = 1006;

/** The part of the transport that opens a socket. */
interface SocketOpener {
  _connect(address: Multiaddr, options: { readonly signal?: AbortSignal }): Promise<WebSocket>;
}

/**
 * The WebSocket transport, which closes a socket when the dial that opened it is given up.
 *
 * `@libp2p/websockets` 10 leaves such a socket connecting. Browsers connect one WebSocket to a host at a time (RFC 6455,
 * 4.1), so every later dial to a relay waited until TCP had given up the first: after some seconds without a network
 * that takes up to as long again, and after a minute up to two.
 */
export function closingWebSockets(): ReturnType<typeof webSockets> {
  return (components) => {
    const transport = webSockets()(components);
    insideOf<SocketOpener>('socket-dials', transport)._connect = (address, { signal }) =>
      openSocket(multiaddrToUri(address), signal);
    return transport;
  };
}

function openSocket(uri: string, signal: AbortSignal | undefined): Promise<WebSocket> {
  signal?.throwIfAborted();
  const socket = new WebSocket(uri);
  socket.binaryType = 'arraybuffer';
  const close = socket.close.bind(socket);
  // libp2p aborts with this code, which no browser sends: the socket would stay open, and be read.
  socket.close = (code, reason) => {
    if (code === ABNORMAL_CLOSURE) close();
    else close(code, reason);
  };
  return new Promise((resolve, reject) => {
    const settled = new AbortController();
    const fail = () => {
      settled.abort();
      socket.close();
      reject(new Error(`no WebSocket to ${uri}`));
    };
    const until = { signal: settled.signal };
    socket.addEventListener('error', fail, until);
    signal?.addEventListener('abort', fail, until);
    socket.addEventListener(
      'open',
      () => {
        settled.abort();
        resolve(socket);
      },
      until,
    );
  });
}
