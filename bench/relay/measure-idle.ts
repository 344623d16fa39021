import { setTimeout as wait } from 'node:timers/promises';
import type { Measured } from './probe.ts';
import { ask, startCrowd, startServer } from './processes.ts';
import type { Server } from './processes.ts';

/** Time to finish what connecting began before anything is measured, ms. */
const SETTLE_MS = 3_000;
const KIB = 1024;

/** What a server with so many idle clients has grown by since it had none, for each, after a collection. */
export interface Idle {
  readonly clients: number;
  readonly heapKib: number;
  readonly residentKib: number;
  readonly delayP99: number;
}

export async function measureIdle(
  name: string,
  server: Server,
  counts: readonly number[],
  seconds: number,
): Promise<readonly Idle[]> {
  const { child, address } = await startServer(server);
  await wait(SETTLE_MS);
  const before = await ask<Measured>(child, 'measure');
  const crowd = startCrowd(address);
  const measured: Idle[] = [];
  for (const count of counts) {
    const clients = await ask<number>(crowd, count);
    await wait(SETTLE_MS);
    await ask(child, 'reset');
    process.stderr.write(`${name}: ${clients} clients idle for ${seconds} s…\n`);
    await wait(seconds * 1000);
    const after = await ask<Measured>(child, 'measure');
    measured.push({
      clients,
      heapKib: (after.heapBytes - before.heapBytes) / KIB / clients,
      residentKib: (after.residentBytes - before.residentBytes) / KIB / clients,
      delayP99: after.delayP99,
    });
  }
  crowd.kill();
  child.kill();
  return measured;
}
