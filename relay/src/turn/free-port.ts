import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';

const TRIES = 20;

/** Whether nobody has this port, over UDP and TCP; 0 takes any. The port that was tried, or `undefined`. */
async function tryPort(address: string, port: number): Promise<number | undefined> {
  const udp = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', reuseAddr: false });
  const tcp = createServer();
  try {
    udp.bind({ port, address, exclusive: true });
    await once(udp, 'listening');
    const taken = udp.address().port;
    tcp.listen(taken, address);
    await once(tcp, 'listening');
    return taken;
  } catch {
    return undefined;
  } finally {
    udp.close();
    tcp.close();
  }
}

export const isPortFree = async (address: string, port: number): Promise<boolean> =>
  (await tryPort(address, port)) !== undefined;

/** A port that nobody has at this address. The TURN server, unlike Node, cannot be told to take any. */
export async function freePort(address: string): Promise<number> {
  for (let count = 0; count < TRIES; count += 1) {
    const port = await tryPort(address, 0);
    if (port !== undefined) return port;
  }
  throw new Error('no port is free for TURN');
}
