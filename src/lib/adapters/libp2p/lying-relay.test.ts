import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { identify } from '@libp2p/identify';
import type { Libp2p, PeerId, PrivateKey, Stream } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id';
import { lpStream } from '@libp2p/utils';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DeviceKey, RelayAddress } from '#lib/domain/ids.ts';
import type { PeerNetwork } from '#lib/ports/peer-network.ts';
import { generatePair, signerOf } from '#lib/protocol/ed25519.ts';
import { CALL_PROTOCOL } from '#lib/protocol/names.ts';
import { createPeerNetwork } from './peer-network.ts';

/**
 * A relay that connects people to somebody else than they asked for. Run again on every new version of libp2p:
 * with 3.3.11, noise 17.0.3 and an RSA peer ID the lie works, which is why only Ed25519 is let in.
 */

const HOP = '/libp2p/circuit/relay/0.2.0/hop';
const STOP = '/libp2p/circuit/relay/0.2.0/stop';
/** HopMessage { type: STATUS, status: OK } */
const STATUS_OK = Uint8Array.of(0x08, 0x02, 0x28, 0x64);
/** HopMessage { type: STATUS, status: RESERVATION_REFUSED } */
const STATUS_REFUSED = Uint8Array.of(0x08, 0x02, 0x28, 0xc8, 0x01);
/** Status.OK, in the last byte of an answer. */
const OK = 0x64;
/** HopMessage.Type.CONNECT, in the second byte of a request. */
const CONNECT = 1;

const never = AbortSignal.timeout(60_000);

/** StopMessage { type: CONNECT, peer: { id } }: "this peer wants to talk to you". */
function connectFrom(peer: PeerId): Uint8Array {
  const id = peer.toMultihash().bytes;
  return Uint8Array.of(0x08, 0x00, 0x12, id.byteLength + 2, 0x0a, id.byteLength, ...id);
}

function pipe(from: Stream, to: Stream): void {
  from.addEventListener('message', ({ data }) => void to.send(data));
  from.addEventListener('close', () => void to.close().catch(() => undefined));
}

async function node(privateKey: PrivateKey, listen: string[] = []): Promise<Libp2p> {
  return createLibp2p({
    privateKey,
    addresses: { listen },
    transports: [webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify() },
  });
}

let liar: Libp2p;
let mallory: Libp2p;
let alice: PeerNetwork;
let address: RelayAddress;
/** Whom the liar's next STOP names as the caller. */
let claimed: PeerId;
let heardAs: DeviceKey[];

beforeAll(async () => {
  liar = await node(await generateKeyPair('Ed25519'), ['/ip4/127.0.0.1/tcp/0/ws']);
  mallory = await node(await generateKeyPair('Ed25519'));
  alice = await createPeerNetwork({
    device: signerOf(await generatePair()),
    mayDial: () => true,
    iceServers: () => [],
    webrtc: true,
  });
  address = (liar.getMultiaddrs()[0]?.toString() ?? '') as RelayAddress;
  await mallory.dial(liar.getMultiaddrs());
  // Whoever Alice asks for, it is Mallory who gets the circuit; Mallory gets to Alice under a false name.
  await liar.handle(HOP, async (stream, { remotePeer }) => {
    const asked = lpStream(stream);
    const request = await asked.read();
    if (request.get(1) !== CONNECT) {
      await asked.write(STATUS_REFUSED);
      return;
    }
    const [to, caller] = remotePeer.equals(mallory.peerId)
      ? [alice.device, claimed]
      : [mallory.peerId.toString(), remotePeer];
    const target = liar.getConnections().find((one) => one.remotePeer.toString() === to);
    if (target === undefined) throw new Error('not connected');
    const stopping = lpStream(await target.newStream(STOP));
    await stopping.write(connectFrom(caller));
    const answer = await stopping.read();
    if (answer.get(answer.byteLength - 1) !== OK) {
      stream.abort(new Error('refused'));
      return;
    }
    await asked.write(STATUS_OK);
    const [there, here] = [stopping.unwrap(), asked.unwrap()];
    pipe(there, here);
    pipe(here, there);
  });
  await mallory.handle(
    CALL_PROTOCOL,
    (stream) => {
      stream.send(Uint8Array.of(1, 42));
    },
    { runOnLimitedConnection: true },
  );
  alice.accept(CALL_PROTOCOL, ({ device }) => void heardAs.push(device));
});

beforeEach(() => {
  heardAs = [];
  claimed = mallory.peerId;
});

afterAll(async () => {
  await Promise.all([alice.stop(), mallory.stop(), liar.stop()]);
});

async function keyOf(type: 'Ed25519' | 'RSA'): Promise<PeerId> {
  return peerIdFromPrivateKey(
    type === 'RSA' ? await generateKeyPair(type, 2048) : await generateKeyPair(type),
  );
}

test('the liar does connect to Mallory when Mallory is asked for: the way itself works', async () => {
  const channel = await alice.open(
    mallory.peerId.toString() as DeviceKey,
    CALL_PROTOCOL,
    [address],
    { signal: never },
  );
  const heard = await new Promise<Uint8Array>((resolve) => {
    channel.listen({ onFrame: resolve, onClose: () => undefined });
  });
  expect([...heard]).toEqual([42]);
});

test.each(['Ed25519', 'RSA'] as const)(
  'nobody but the one asked for is ever talked to (%s)',
  async (type) => {
    const bob = (await keyOf(type)).toString() as DeviceKey;
    await expect(
      alice.open(bob, CALL_PROTOCOL, [address], { signal: never }),
    ).rejects.toMatchObject({
      name: 'WoxlyError',
    });
  },
);

/** Mallory opens a channel to Alice, whom the liar told that it is `claimed` who calls. */
async function malloryCalls(): Promise<void> {
  const through = multiaddr(`${address}/p2p-circuit/p2p/${alice.device}`);
  const connection = await mallory.dial(through);
  await connection.newStream(CALL_PROTOCOL, { runOnLimitedConnection: true });
}

test('Mallory reaches Alice under her own name: the way itself works', async () => {
  await malloryCalls();
  expect(heardAs).toEqual([mallory.peerId.toString()]);
  await mallory.hangUp(peerIdFromString(alice.device));
});

test.each(['Ed25519', 'RSA'] as const)(
  'a caller whom the relay names falsely is not let in (%s)',
  async (type) => {
    claimed = await keyOf(type);
    await expect(malloryCalls()).rejects.toThrow();
    expect(heardAs).toEqual([]);
  },
);
