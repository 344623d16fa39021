import { randomBytes } from 'node:crypto';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import type { PeerId } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { lpStream } from '@libp2p/utils';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { relayGossip } from '#lib/adapters/libp2p/relay-gossip.ts';
import { KeptRelay } from '#lib/core/relays/kept-relay.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import type { Reservation } from '#lib/ports/peer-network.ts';
import { PRESENCE_TAG_BYTES } from '#lib/protocol/limits.ts';
import { relayIdOf } from '#lib/protocol/relay-address.ts';
import { RELAYS_TOPIC, WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import { WATCH_REQUEST } from '#lib/protocol/watch.ts';

/** Tags that a person watches: ten contacts on three days. */
const TAGS = 30;
const TIMEOUT_MS = 15_000;

/** The part of the circuit transport's reservation store that is used. */
interface ReservationBook {
  addRelay(relay: PeerId, type: 'configured'): Promise<unknown>;
  addEventListener(name: 'relay:removed', run: () => void): void;
}

async function createNode() {
  const parts: { book?: ReservationBook } = {};
  const circuit = circuitRelayTransport({ reservationCompletionTimeout: TIMEOUT_MS });
  const node = await createLibp2p({
    addresses: { listen: [] },
    transports: [
      webSockets(),
      (components) => {
        const transport = circuit(components);
        parts.book = (
          transport as unknown as { reservationStore: ReservationBook }
        ).reservationStore;
        return transport;
      },
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { reconnectRetries: 0 },
    services: { identify: identify(), ping: ping(), gossip: relayGossip() },
  });
  if (parts.book === undefined) throw new Error('libp2p did not make its transports');
  return { node, book: parts.book };
}

/**
 * What a page of WOXLY is to its relay while nobody calls: a reservation that its own keeper holds and takes again when
 * it is lost, gossip, and a watch. Resolves when it has begun to connect, to whether it is there.
 */
export async function connectPerson(address: RelayAddress): Promise<() => boolean> {
  const { node, book } = await createNode();
  let lost = new AbortController();
  book.addEventListener('relay:removed', () => lost.abort());
  node.services.gossip.subscribe(RELAYS_TOPIC);
  const relay = multiaddr(address);
  const tags = Array.from({ length: TAGS }, () => new Uint8Array(randomBytes(PRESENCE_TAG_BYTES)));

  const watch = async (): Promise<void> => {
    const connection = await node.dial(relay);
    const stream = await connection.newStream(WATCH_PROTOCOL);
    await lpStream(stream).write(WATCH_REQUEST.encode({ tags }));
  };
  const kept = new KeptRelay(
    { id: relayIdOf(address), addresses: [address], origin: 'page', tier: 'page', operators: [] },
    {
      clock: {
        now: () => Date.now(),
        after(delay, run) {
          const timer = setTimeout(run, delay);
          return () => clearTimeout(timer);
        },
      },
      random: { bytes: (length) => new Uint8Array(randomBytes(length)), unit: Math.random },
      log: { info: () => {}, warn: () => {} },
      isHurried: () => false,
      network: {
        async reserve(_relay, signal): Promise<Reservation> {
          const { remotePeer } = await node.dial(relay, { signal });
          await book.addRelay(remotePeer, 'configured');
          lost = new AbortController();
          return { relay: address, lost: lost.signal };
        },
        async probe(_relay, signal) {
          return node.services.ping.ping(relay, { signal });
        },
        release: () => {},
      },
      onChange({ state }) {
        // A watch that does not come about is one client less that watches, which the relay's own numbers show.
        if (state === 'reachable') watch().catch(() => {});
      },
    },
  );
  kept.start();
  return () => kept.state === 'reachable';
}
