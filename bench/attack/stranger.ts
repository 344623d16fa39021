import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { PeerId } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { peerIdFromString } from '@libp2p/peer-id';
import { lpStream } from '@libp2p/utils';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { newestRecords, presenceQuestion } from '#lib/core/reach/person-records.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import type { Target } from './attack.ts';

/** Nodes without WOXLY's own limits, each with a key that was made for it and is thrown away with it. */

const parts = () => ({
  addresses: { listen: [] },
  transports: [webSockets(), circuitRelayTransport()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false },
  connectionManager: { reconnectRetries: 0 },
});

export const aStranger = () => createLibp2p({ ...parts(), services: { identify: identify() } });
type Stranger = Awaited<ReturnType<typeof aStranger>>;

/** One that can publish as well. */
export const aPublisher = () =>
  createLibp2p({
    ...parts(),
    services: { identify: identify(), gossip: gossipsub({ fallbackToFloodsub: false }) },
  });

/** Looks a person up as everybody may who knows their key, and resolves to the device where they are. */
export async function deviceOf(stranger: Stranger, { relay, person }: Target): Promise<PeerId> {
  const connection = await stranger.dial(multiaddr(relay));
  const frames = lpStream(await connection.newStream(LOOKUP_PROTOCOL));
  await frames.write(await presenceQuestion(person, Date.now()));
  const answer = new Uint8Array((await frames.read()).subarray());
  const [presence] = await newestRecords(answer, person, Date.now(), 0);
  const [device] = presence?.devices ?? [];
  if (device === undefined) throw new Error('nobody of that key is there');
  return peerIdFromString(device);
}
