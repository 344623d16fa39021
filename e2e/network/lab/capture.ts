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

/**
 * Starts tcpdump on every device of a box, in both directions. `end` rejects if tcpdump did not last until then: what
 * no packet proves is only as good as the looking.
 */
export async function capture(box: Namespace, filter: string): Promise<Capture> {
  const child = box.spawn(['tcpdump', '-n', '-l', '--immediate-mode', '-i', 'any', filter]);
  const closed = once(child, 'close');
  const packets: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line !== '') packets.push(line);
  });
  // Read to its end: tcpdump dies of writing to nobody, and it writes the line that says it listens in several pieces.
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr })
      .on('line', (line) => {
        said.push(line);
        if (line.includes('listening on')) resolve();
      })
      .on('close', () => reject(new Error(`tcpdump did not start: ${said.join('\n')}`)));
  });
  return {
    end: async () => {
      child.kill('SIGINT');
      const [code] = (await closed) as [number | null];
      if (code !== 0) throw new Error(`tcpdump ended early: ${said.join('\n')}`);
      return packets;
    },
  };
}
