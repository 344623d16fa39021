import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';

/**
 * Peers that are there and do nothing, all in this process. `idle-peers.ts ADDRESS`: to a multiaddr they are
 * WOXLY peers with a reservation, to a `ws:` URL bare WebSockets. The parent sends how many there should be, and is
 * told when they are.
 */

/** Peers that connect at once. */
const SIDE_BY_SIDE = 8;
const POLL_MS = 20;
/** On a busy machine a reservation may miss the package's 5 s; the peer then tries again. */
const TRIES = 3;
const address = process.argv[2] ?? '';

async function connectPeer(): Promise<void> {
  const peer = await createLibp2p({
    addresses: { listen: [`${address}/p2p-circuit`] },
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      ping: ping(),
      gossip: gossipsub({ fallbackToFloodsub: false }),
    },
  });
  while (peer.getMultiaddrs().length === 0) await wait(POLL_MS);
}

function connectBare(): Promise<void> {
  const socket = new WebSocket(address, { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve());
    socket.on('error', reject);
  });
}

const connect = address.startsWith('ws:') ? connectBare : connectPeer;
let there = 0;

async function connectSomehow(): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await connect();
      return;
    } catch (error) {
      if (tried === TRIES) throw error;
    }
  }
}

async function connectUpTo(count: number): Promise<void> {
  const one = async (): Promise<void> => {
    while (there < count) {
      there += 1;
      await connectSomehow();
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, one));
  process.send?.(there);
}

process.on('message', (count) => void connectUpTo(Number(count)));
process.on('disconnect', () => process.exit(0));
