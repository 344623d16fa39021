import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { connectPerson } from './idle-person.ts';

/**
 * Clients that are there and do nothing, all in this process. `idle-peers.ts ADDRESS`: to a multiaddr they are what a
 * page of WOXLY is to its relay, to a `ws:` URL bare WebSockets. The parent sends how many there should be, and is told
 * when they are; it asks `there` for how many there are now.
 */

/** Clients that connect at once. */
const SIDE_BY_SIDE = 8;
const POLL_MS = 20;
const address = process.argv[2] ?? '';

/** Tells whether a client is there. */
type Client = () => boolean;

async function connectBare(): Promise<Client> {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return () => socket.readyState === WebSocket.OPEN;
}

const connect = address.startsWith('ws:')
  ? connectBare
  : () => connectPerson(address as RelayAddress);
const clients: Client[] = [];
let begun = 0;

async function connectUpTo(count: number): Promise<void> {
  const one = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const isThere = await connect();
      clients.push(isThere);
      while (!isThere()) await wait(POLL_MS);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, one));
  process.send?.(clients.length);
}

process.on('message', (question) => {
  if (question === 'there') process.send?.(clients.filter((isThere) => isThere()).length);
  else void connectUpTo(Number(question));
});
process.on('disconnect', () => process.exit(0));
