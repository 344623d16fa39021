import type { Server, Socket } from 'node:net';
import { limitKey, withoutMapping } from './remote-address.ts';

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
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = withoutMapping(socket.remoteAddress ?? '');
    if (address === '' || init.isExempt(address)) return;
    const key = limitKey(address);
    const count = open.get(key) ?? 0;
    if (count >= init.most) {
      init.onRefused();
      socket.destroy();
      return;
    }
    open.set(key, count + 1);
    socket.on('close', () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left === 0) open.delete(key);
      else open.set(key, left);
    });
  });
}
