import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey, Stream } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { lpStream } from '@libp2p/utils';
import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { RelayAddress } from '#lib/domain/ids.ts';
import { RELAY_DESCRIPTOR_TTL_MS } from '#lib/protocol/limits.ts';
import { NEIGHBOUR_PROTOCOL } from '#lib/protocol/names.ts';
import { NEIGHBOUR_HELLO, NEIGHBOUR_PUSH } from '#lib/protocol/neighbour.ts';
import type { PublishedPresence } from '#lib/protocol/neighbour.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import type { PresenceEnvelope } from '#lib/protocol/presence-record.ts';
import { sealRelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { RelayDescriptor } from '#lib/protocol/relay-descriptor.ts';
import type { Of } from '#lib/protocol/struct.ts';
import type { Relay } from '../src/start-relay.ts';
import { PRESENCE } from './network.ts';
import { aPeer, connect } from './peers.ts';
import type { Peer } from './peers.ts';

/** What a relay could do that is written to do harm. */

export const aKey = (): Promise<Ed25519PrivateKey> => generateKeyPair('Ed25519');
export const idOf = (key: Ed25519PrivateKey): string => peerIdFromPrivateKey(key).toString();

/** A descriptor that `key` signs: its own, unless told otherwise. */
export function aDescriptor(
  key: Ed25519PrivateKey,
  given: Partial<RelayDescriptor> = {},
): Promise<Bytes> {
  const publicKey = new Uint8Array(key.publicKey.raw);
  const signer = {
    publicKey,
    sign: async (message: Bytes) => new Uint8Array(await key.sign(message)),
  };
  const issued = Date.now();
  return sealRelayDescriptor(signer, {
    relay: publicKey,
    addresses: [`/ip4/127.0.0.1/tcp/9/ws/p2p/${idOf(key)}` as RelayAddress],
    operator: '',
    version: '0',
    reservationsMax: 1,
    reservations: 0,
    turn: false,
    shards: 1,
    issued,
    expires: issued + RELAY_DESCRIPTOR_TTL_MS,
    ...given,
  });
}

const field = (id: number, value: Uint8Array): Uint8Array => {
  const length = [];
  for (let rest = value.byteLength; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return concatBytes(Uint8Array.of((id << 3) | 2, ...length), value);
};

/** A record as gossipsub signs it, by a publisher of its own. */
export async function aSignedRecord(envelope: PresenceEnvelope): Promise<PublishedPresence> {
  const key = await aKey();
  const encoded = PRESENCE_ENVELOPE.encode(envelope);
  const seqno = new Uint8Array(8);
  const message = concatBytes(
    new TextEncoder().encode('libp2p-pubsub:'),
    field(1, peerIdFromPrivateKey(key).toMultihash().bytes),
    field(2, encoded),
    field(3, seqno),
    field(4, new TextEncoder().encode(PRESENCE)),
  );
  return {
    publisher: new Uint8Array(key.publicKey.raw),
    seqno,
    signature: new Uint8Array(await key.sign(message)),
    envelope: encoded,
  };
}

export interface LyingRelay {
  readonly peer: Peer;
  readonly key: Ed25519PrivateKey;
  /** Sends bytes as a push, and resolves when they have been worked through. @throws when the stream is cut. */
  send(bytes: Uint8Array): Promise<void>;
  push(given: Partial<Of<typeof NEIGHBOUR_PUSH>>): Promise<void>;
}

/** Joins a relay as its neighbour, by the rules so far. */
export async function aLyingRelay(relay: Relay): Promise<LyingRelay> {
  const key = await aKey();
  const peer = await aPeer({ privateKey: key });
  const asked = new Promise<Stream>(
    (resolve) => void peer.handle(NEIGHBOUR_PROTOCOL, (stream) => resolve(stream)),
  );
  const connection = await connect(peer, relay);
  const reading = lpStream(await connection.newStream([NEIGHBOUR_PROTOCOL]));
  await reading.write(NEIGHBOUR_HELLO.encode({ descriptor: await aDescriptor(key) }));
  await reading.read({ signal: AbortSignal.timeout(5000) });
  const frames = lpStream(await asked);
  await frames.read({ signal: AbortSignal.timeout(5000) });
  const send = async (bytes: Uint8Array): Promise<void> => {
    await frames.write(bytes);
    await frames.read({ signal: AbortSignal.timeout(5000) });
  };
  const push: LyingRelay['push'] = (given) =>
    send(NEIGHBOUR_PUSH.encode({ records: [], left: [], relays: [], ...given }));
  await push({});
  return { peer, key, send, push };
}
