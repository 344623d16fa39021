import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { PARSED_AT_ONCE_BYTES } from '../limits/limits.ts';

/**
 * Gives the parser of a server what a connection has sent in small parts: Node reads 64 KiB at once, and would make
 * each of the 1,800 requests in them although the connection was cut at the tenth. Who sends so much after a request for
 * another protocol, which nobody does before it is answered, is cut as well.
 */
export function parseInParts(server: Server): void {
  const readers = new WeakMap<object, (data: Buffer) => void>();
  server.on('connection', (socket: Socket) => {
    // The server's own, which came first.
    const [parse] = socket.listeners('data') as ((data: Buffer) => void)[];
    if (parse === undefined) return;
    const read = (data: Buffer): void => {
      for (let at = 0; at < data.length && !socket.destroyed; at += PARSED_AT_ONCE_BYTES) {
        if (readers.get(socket) === read) parse(data.subarray(at, at + PARSED_AT_ONCE_BYTES));
        else socket.destroy();
      }
    };
    readers.set(socket, read);
    socket.off('data', parse);
    socket.on('data', read);
  });
  server.prependListener('upgrade', (_, socket) => {
    const read = readers.get(socket);
    readers.delete(socket);
    if (read !== undefined) socket.off('data', read);
  });
}
