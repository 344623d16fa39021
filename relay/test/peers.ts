import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { gossipsub } from '@libp2p/gossipsub';
import { identify } from '@libp2p/identify';
import type { Connection, PrivateKey } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { lpStream } from '@libp2p/utils';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { onTestFinished } from 'vitest';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import type { RelayOptions } from '../src/options/options.ts';
import { startRelay } from '../src/start-relay.ts';
import type { Relay } from '../src/start-relay.ts';
import { eventually } from './eventually.ts';

/** Peers and relays for tests: real sockets on 127.0.0.1, stopped when the test is over. */

/** A folder of its own for a test, gone when the test is over. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'woxly-relay-'));
  // What is started later is stopped before: these run in reverse order.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A relay on a free port; without WebRTC unless asked for, which most tests do not need. */
export async function aRelay(options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await startRelay({
    port: 0,
    data: await newFolder(),
    app: join(await newFolder(), 'none'),
    webrtcDirect: false,
    exemptLoopback: true,
    // Starts a process; tests of TURN ask for it.
    turn: false,
    ...options,
  });
  onTestFinished(() => relay.stop());
  return relay;
}

/** The relay's WebSocket multiaddr. */
export function addressOf(relay: Pick<Relay, 'multiaddrs'>): string {
  const [address] = relay.multiaddrs;
  if (address === undefined) throw new Error('a relay announces its WebSocket');
  return address;
}

interface PeerInit {
  readonly privateKey?: PrivateKey;
  /** Takes no stream that the other side opens, and does not say so. */
  readonly deaf?: boolean;
}

/** Yamux that swallows the streams of the other side. */
const deafYamux: ReturnType<typeof yamux> = () => {
  const factory = yamux()();
  const create = factory.createStreamMuxer.bind(factory);
  factory.createStreamMuxer = (connection) =>
    Object.assign(create(connection), { onRemoteStream: () => {} });
  return factory;
};

const createPeer = (init: PeerInit) =>
  createLibp2p({
    ...(init.privateKey && { privateKey: init.privateKey }),
    addresses: { listen: [] },
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [init.deaf ? deafYamux : yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    // Circuits count as coming from the relay's host, and the package takes 5 a second from a host.
    connectionManager: { reconnectRetries: 0, inboundConnectionThreshold: 1000 },
    services: {
      identify: identify(),
      ping: ping(),
      gossip: gossipsub({ allowPublishToZeroTopicPeers: false, fallbackToFloodsub: false }),
    },
  });
export type Peer = Awaited<ReturnType<typeof createPeer>>;

/** A libp2p node such as a browser runs. */
export async function aPeer(init: PeerInit = {}): Promise<Peer> {
  const peer = await createPeer(init);
  onTestFinished(async () => peer.stop());
  return peer;
}

const HOP = '/libp2p/circuit/relay/0.2.0/hop';
/** HopMessage { type: RESERVE } */
const RESERVE = Uint8Array.of(0x08, 0x00);

/** The status in a HopMessage (circuit relay v2 specification): 100 is OK, 200 RESERVATION_REFUSED. */
function hopStatus(message: Uint8Array): number {
  const at = message.lastIndexOf(0x28);
  const [low = 0, high = 0] = [message[at + 1], message[at + 2]];
  return low < 0x80 ? low : (low & 0x7f) | (high << 7);
}

/** Asks for a reservation by hand and returns the status that the relay answers. */
export async function askReservation(connection: Connection): Promise<number> {
  const stream = await connection.newStream([HOP]);
  const frames = lpStream(stream);
  await frames.write(RESERVE);
  const status = hopStatus((await frames.read({ signal: AbortSignal.timeout(5000) })).subarray());
  await stream.close();
  return status;
}

/** Connects to a relay. */
export const connect = (peer: Peer, relay: Pick<Relay, 'multiaddrs'>): Promise<Connection> =>
  peer.dial(multiaddr(addressOf(relay)));

/** The address of `peer` through `relay`. */
export const through = (relay: Pick<Relay, 'multiaddrs'>, peer: Peer) =>
  multiaddr(`${addressOf(relay)}/p2p-circuit/p2p/${peer.peerId.toString()}`);

/** A peer with a reservation, so that others can dial it through the relay. */
export async function aReachablePeer(relay: Relay, init: PeerInit = {}): Promise<Peer> {
  const peer = await aPeer(init);
  const transports = peer as unknown as {
    components: { transportManager: { listen(addresses: unknown[]): Promise<void> } };
  };
  await transports.components.transportManager.listen([
    multiaddr(`${addressOf(relay)}/p2p-circuit`),
  ]);
  await eventually(() => {
    if (peer.getMultiaddrs().length === 0) throw new Error('no reservation yet');
  });
  return peer;
}

/** Asks the relay which records it has under these tags. */
export async function lookUp(
  connection: Connection,
  tags: readonly Uint8Array<ArrayBuffer>[],
): Promise<readonly PresenceEnvelope[]> {
  const stream = await connection.newStream([LOOKUP_PROTOCOL]);
  const frames = lpStream(stream);
  await frames.write(LOOKUP_REQUEST.encode({ tags }));
  const answer = await frames.read({ signal: AbortSignal.timeout(5000) });
  await stream.close();
  const response = LOOKUP_RESPONSE.decode(answer.subarray());
  if (response === undefined) throw new Error('the answer is malformed');
  return response.records;
}

/** The relay as seen through a reverse proxy that names `address` as the one the connection came from. */
export async function aProxy(relay: Relay, address: string): Promise<Pick<Relay, 'multiaddrs'>> {
  const port = Number(new URL(relay.url).port);
  const proxy = createServer((inbound) => {
    const outbound = connectSocket(port, '127.0.0.1');
    inbound.once('data', (head: Buffer) => {
      outbound.write(
        head.toString('latin1').replace('\r\n', `\r\nX-Forwarded-For: ${address}\r\n`),
        'latin1',
      );
      inbound.pipe(outbound);
    });
    outbound.pipe(inbound);
    for (const [one, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const { port: taken } = proxy.address() as AddressInfo;
  return { multiaddrs: [addressOf(relay).replace(/tcp\/\d+/, `tcp/${taken}`)] };
}

/** A gauge or counter of `/metrics`, as it is now; absent series are 0. */
export async function metric(relay: Pick<Relay, 'figures'>, series: string): Promise<number> {
  const text = await relay.figures();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length));
}

/** How a WebSocket begins, as raw bytes on a connection. */
export const UPGRADE_REQUEST = [
  'GET / HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n');
