import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** How slow a wire is. */
export interface Pace {
  /** Of what comes down, over all connections together. */
  readonly bitsPerSecond: number;
  readonly roundTripMs: number;
}

/** A wire between browsers and a relay's HTTP port, which counts what really passes, headers and all. */
export interface Wire {
  /** Where browsers open the app through it, without a slash at the end. */
  readonly url: string;
  /** HTTP requests so far. */
  readonly requests: number;
  /** Bytes so far, both ways. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** A request line; browsers never send the next request on a connection before the answer to the last one. */
const REQUEST = /^[A-Z]+ \/\S* HTTP\/1\.1\r\n/;

/** Lays a wire to the relay at `to`; without a pace it is as fast as the machine. */
export async function openWire(to: string, pace?: Pace): Promise<Wire> {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  let requests = 0;
  let bytes = 0;
  /** When the wire has carried all that it was given so far, ms. */
  let freeAt = 0;

  const passUp = carry(() => (pace?.roundTripMs ?? 0) / 2);
  const passDown = carry((size) => {
    if (pace === undefined) return 0;
    const now = performance.now();
    freeAt = Math.max(now, freeAt) + (size * 8 * 1000) / pace.bitsPerSecond;
    return freeAt - now + pace.roundTripMs / 2;
  });

  const server = createServer((browser) => {
    const relay = connect(Number(port), hostname);
    // Nothing is said before the handshake of TCP has gone there and back.
    const openedAt = performance.now() + (pace?.roundTripMs ?? 0);
    passUp(browser, relay, openedAt, (chunk) => {
      if (REQUEST.test(chunk.toString('latin1'))) requests++;
      bytes += chunk.byteLength;
    });
    passDown(relay, browser, openedAt, (chunk) => (bytes += chunk.byteLength));
    for (const socket of [browser, relay]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    get bytes() {
      return bytes;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One direction of a wire. @param delayOf how long a chunk of that size is on its way, ms */
function carry(delayOf: (size: number) => number) {
  return (from: Socket, to: Socket, openedAt: number, note: (chunk: Buffer) => void): void => {
    const later = (size: number, run: () => void) => {
      const delay = Math.max(0, openedAt - performance.now()) + delayOf(size);
      if (delay > 0) setTimeout(run, delay);
      else run();
    };
    from.on('data', (chunk: Buffer) => {
      note(chunk);
      later(chunk.byteLength, () => to.write(chunk));
    });
    from.on('end', () => later(0, () => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => later(0, () => to.destroy()));
  };
}
