import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs on a machine of the laboratory and tells, as JSON, how the network before it treats UDP: `probe.ts A B`.
 * Both addresses have a socket on each of two ports, which answers from the socket that the question names (`A1`)
 * with the address and port that it sees.
 */

export interface Probed {
  readonly reached: boolean;
  /** Whether answers came in from a port and from a host that nothing was sent to. */
  readonly otherPort: boolean;
  readonly otherHost: boolean;
  /** Public ports, by destination; one only unless they differ. */
  readonly ports: readonly number[];
  readonly publicAddress: string;
  /** Median, ms. */
  readonly roundTripMs: number;
}

export const FIRST_PORT = 5001;
const PATIENCE_MS = 600;
/** To be sure that something does not come. */
const SILENCE_MS = 300;
const ROUND_TRIPS = 15;

if (import.meta.main) {
  const [a = '', b = ''] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await probe(a, b)));
}

async function probe(a: string, b: string): Promise<Probed> {
  const socket = createSocket('udp4');
  socket.bind(40_000);
  await once(socket, 'listening');
  const ask = async (destination: string, from: string, patience = PATIENCE_MS) => {
    const started = performance.now();
    const asked = new AbortController();
    const answer = new Promise<{ address: string; port: number; ms: number }>((resolve) => {
      socket.on('message', function listen(text) {
        const [name, address = '', port] = String(text).split(' ');
        if (name !== from) return;
        socket.off('message', listen);
        resolve({ address, port: Number(port), ms: performance.now() - started });
      });
    });
    const port = FIRST_PORT + Number(destination[1]) - 1;
    // Without a network there is an error, which is an answer that does not come.
    socket.send(from, port, destination.startsWith('A') ? a : b, () => undefined);
    const silence = wait(patience, undefined, { signal: asked.signal }).catch(() => undefined);
    const answered = await Promise.race([answer, silence]);
    asked.abort();
    return answered;
  };

  const first = await ask('A1', 'A1');
  // Filtering comes first, while nothing was sent to anybody else.
  const otherPort = (await ask('A1', 'A2', SILENCE_MS)) !== undefined;
  const otherHost = (await ask('A1', 'B1', SILENCE_MS)) !== undefined;
  const mapped = [first, await ask('B1', 'B1'), await ask('A2', 'A2')];
  const times: number[] = [];
  for (let n = 0; n < ROUND_TRIPS && first !== undefined; n += 1) {
    times.push((await ask('A1', 'A1'))?.ms ?? PATIENCE_MS);
  }
  socket.close();
  return {
    reached: first !== undefined,
    otherPort,
    otherHost,
    ports: [...new Set(mapped.flatMap((answer) => answer?.port ?? []))],
    publicAddress: first?.address ?? '',
    roundTripMs: times.toSorted((x, y) => x - y)[times.length >> 1] ?? NaN,
  };
}
