import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { idleSockets } from './idle-sockets.ts';
import { IDLE_SOCKETS_KEPT_SHARE, SOCKET_COSTS_REQUESTS } from '../limits/limits.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import { withoutMapping } from '../limits/remote-address.ts';
import { createShareCount, sharesOf } from '../limits/share.ts';
import type { Share } from '../limits/share.ts';

/**
 * Closes TCP connections of an address that has too many already, or opened too many of late, before a byte of them is
 * read: pages and WebSockets together, however slow. A page's connections that are only kept for later make room first.
 */
export function limitSockets(
  server: Server,
  init: {
    /** Of one address, at once. */
    readonly most: number;
    /** Of all addresses, at once. */
    readonly total: number;
    /** What one address may open and ask in a minute. */
    readonly rate: Pick<RateLimit, 'take'>;
    readonly isExempt: (address: string) => boolean;
    readonly onRefused: () => void;
  },
): void {
  const open = createShareCount(init.most);
  const sockets = new Map<Socket, readonly Share[]>();
  const idle = idleSockets(server);
  server.maxConnections = init.total;

  /** Ends the connection of one of these shares that has been idle longest, if there is one. */
  const makeRoom = (shares: readonly Share[]): boolean => {
    const keys = new Set(shares.map(({ key }) => key));
    for (const socket of idle) {
      const its = sockets.get(socket);
      if (its?.some(({ key }) => keys.has(key)) !== true) continue;
      forget(socket);
      socket.destroy();
      return true;
    }
    return false;
  };
  const forget = (socket: Socket): void => {
    const shares = sockets.get(socket);
    if (sockets.delete(socket) && shares !== undefined) open.give(shares);
  };

  server.on('connection', (socket: Socket) => {
    const address = withoutMapping(socket.remoteAddress ?? '');
    const shares = address === '' || init.isExempt(address) ? [] : sharesOf(address);
    const mayCome = shares.length === 0 || init.rate.take(shares, SOCKET_COSTS_REQUESTS);
    if (!mayCome || !(open.take(shares) || (makeRoom(shares) && open.take(shares)))) {
      init.onRefused();
      socket.destroy();
      return;
    }
    sockets.set(socket, shares);
    socket.on('close', () => forget(socket));
    if (sockets.size > init.total * IDLE_SOCKETS_KEPT_SHARE) {
      for (const unused of idle) unused.destroy();
    }
  });
}
