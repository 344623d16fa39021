import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, startCrowd, startServer } from './processes.ts';
import type { Server } from './processes.ts';

const POLL_MS = 200;
/** Given up after, ms. */
const MOST_MS = 180_000;
const SHARES = [0.5, 0.9, 0.99, 1];

export interface Returned {
  /** How long after the restart so large a share of the clients was there again. */
  readonly shares: readonly { readonly share: number; readonly seconds: number }[];
  /** The longest that `/healthz` took to answer meanwhile. */
  readonly healthMs: number;
}

/** Kills a relay with so many clients, starts it again at once, and waits until all of them are back. */
export async function measureReturn(relay: Server, clients: number): Promise<Returned> {
  const first = await startServer({ ...relay, args: ['--port', '0', ...relay.args] });
  const port = /\/tcp\/(\d+)\//.exec(first.address)?.[1] ?? '';
  const crowd = startCrowd(first.address);
  await ask<number>(crowd, clients);
  process.stderr.write(`WOXLY relay: restarts with ${clients} clients…\n`);
  const gone = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await gone;
  const began = performance.now();
  await startServer({ ...relay, args: ['--port', port, ...relay.args] });

  let healthMs = 0;
  const shares: { share: number; seconds: number }[] = [];
  while (shares.length < SHARES.length && performance.now() - began < MOST_MS) {
    const asked = performance.now();
    await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.text());
    healthMs = Math.max(healthMs, performance.now() - asked);
    const there = await ask<number>(crowd, 'there');
    for (const share of SHARES.slice(shares.length)) {
      if (there < share * clients) break;
      shares.push({ share, seconds: (performance.now() - began) / 1000 });
    }
    await wait(POLL_MS);
  }
  return { shares, healthMs };
}
