import { once } from 'node:events';
import { isIP } from 'node:net';
import type { Multiaddr } from '@multiformats/multiaddr';
import { WebSocket } from 'ws';
import { dialTarget, targetUrl } from '../neighbours/dial-target.ts';
import { UPGRADE_TIMEOUT_MS, WEBSOCKET_FRAME_MAX_BYTES } from '../limits/limits.ts';

/**
 * A WebSocket to another relay, at an IP address that was checked before. Redirects are not followed. It is guarded
 * as soon as anything can come over it.
 */
export async function openSocket(
  address: Multiaddr,
  ip: string,
  guard: (socket: WebSocket) => void,
  signal?: AbortSignal,
): Promise<WebSocket> {
  const target = dialTarget(address.toString());
  if (target === undefined) throw new Error('not the WebSocket of a relay');
  signal?.throwIfAborted();
  const family = isIP(ip);
  const socket = new WebSocket(targetUrl(target), {
    perMessageDeflate: false,
    maxPayload: WEBSOCKET_FRAME_MAX_BYTES,
    handshakeTimeout: UPGRADE_TIMEOUT_MS,
    followRedirects: false,
    lookup: (_name, options, found) => {
      if (options.all === true) found(null, [{ address: ip, family }]);
      else found(null, ip, family);
    },
  });
  socket.binaryType = 'arraybuffer';
  // Without a listener a refused connection would end the process; once it is open, errors are counted.
  socket.on('error', () => {});
  socket.once('open', () => guard(socket));
  try {
    await once(socket, 'open', signal && { signal });
    return socket;
  } catch (error) {
    socket.terminate();
    throw error;
  }
}
