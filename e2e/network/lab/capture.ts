import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Namespace } from './namespace.ts';

/** STUN (RFC 8489, 5) in UDP, known by its magic cookie after 8 bytes of UDP and 4 of its own. */
export const STUN = 'udp[12:4] = 0x2112a442';

/** Packets being written down. */
export interface Capture {
  /** Ends it. Resolves to one line for each packet, in the words of tcpdump. */
  end(): Promise<readonly string[]>;
}

/** Starts tcpdump on every device of a box, in both directions. */
export async function capture(box: Namespace, filter: string): Promise<Capture> {
  const child = box.spawn(['tcpdump', '-n', '-l', '--immediate-mode', '-i', 'any', filter]);
  const closed = once(child, 'close');
  const packets: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line !== '') packets.push(line);
  });
  let said = '';
  for await (const text of child.stderr) {
    said += String(text);
    if (said.includes('listening on')) break;
  }
  if (!said.includes('listening on')) throw new Error(`tcpdump did not start: ${said}`);
  return {
    end: async () => {
      child.kill('SIGINT');
      await closed;
      return packets;
    },
  };
}
