import type { Server, Socket } from 'node:net';
import { withoutMapping } from './remote-address.ts';
import { createShareCount, sharesOf } from './share.ts';

/**
 * Closes TCP connections of an address that has too many already, before a byte of them is read: pages and
 * WebSockets together, however slow.
 */
export function limitSockets(
  server: Server,
  init: {
    readonly most: number;
    readonly isExempt: (address: string) => boolean;
    readonly onRefused: () => void;
  },
): void {
  const open = createShareCount(init.most);
  server.on('connection', (socket: Socket) => {
    const address = withoutMapping(socket.remoteAddress ?? '');
    if (address === '' || init.isExempt(address)) return;
    const shares = sharesOf(address);
    if (!open.take(shares)) {
      init.onRefused();
      socket.destroy();
      return;
    }
    socket.on('close', () => open.give(shares));
  });
}
