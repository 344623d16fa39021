import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { verifyEd25519 } from '#lib/protocol/crypto.ts';
import { PRESENCE_ENVELOPE_MAX_BYTES, PUBLIC_KEY_BYTES } from '#lib/protocol/limits.ts';
import type { PublishedPresence } from '#lib/protocol/neighbour.ts';
import { bytes, required, struct, text } from '#lib/protocol/struct.ts';

/**
 * The signed part of a gossipsub message under StrictSign: its fields without signature and key, in this order.
 * https://github.com/libp2p/specs/blob/master/pubsub/README.md#message-signing
 */
const SIGNED_MESSAGE = struct({
  from: required(1, bytes(64)),
  data: required(2, bytes(PRESENCE_ENVELOPE_MAX_BYTES)),
  seqno: required(3, bytes(8, 'exact')),
  topic: required(4, text(128)),
});
const SIGN_PREFIX = new TextEncoder().encode('libp2p-pubsub:');
/** An identity multihash of the protobuf of an Ed25519 key: a peer ID in bytes. */
const PEER_ID_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, PUBLIC_KEY_BYTES);

/** A gossipsub sequence number on the wire. */
export function seqnoBytes(sequenceNumber: bigint): Bytes {
  const seqno = new Uint8Array(8);
  new DataView(seqno.buffer).setBigUint64(0, sequenceNumber);
  return seqno;
}

/** Whether the publisher signed this record for this topic; a relay that hands it on has then changed nothing. */
export function isProven(record: PublishedPresence, topic: string): Promise<boolean> {
  const message = SIGNED_MESSAGE.encode({
    from: concatBytes(PEER_ID_PREFIX, record.publisher),
    data: record.envelope,
    seqno: record.seqno,
    topic,
  });
  return verifyEd25519(record.publisher, concatBytes(SIGN_PREFIX, message), record.signature);
}
