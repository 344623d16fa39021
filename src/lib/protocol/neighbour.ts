import {
  NEIGHBOUR_LEFT_MAX,
  NEIGHBOUR_RECORDS_MAX,
  NEIGHBOUR_RELAYS_MAX,
  PRESENCE_ENVELOPE_MAX_BYTES,
  PRESENCE_TAG_BYTES,
  PUBLIC_KEY_BYTES,
  RELAY_DESCRIPTOR_MAX_BYTES,
  SIGNATURE_BYTES,
} from './limits.ts';
import { bytes, nested, repeated, required, struct, uint } from './struct.ts';
import type { Of } from './struct.ts';

/**
 * Between two relays, on `/woxly/neighbour/1`. Each opens a stream to the other and asks for what gossip has no
 * history of. The stream stays open, and only who was asked goes on sending: what it keeps now, and then what the
 * asking relay would not hear otherwise.
 */

/** Who asks: its signed descriptor (`openRelayDescriptor`), so that both know whom they deal with. */
export const NEIGHBOUR_HELLO = struct({
  descriptor: required(1, bytes(RELAY_DESCRIPTOR_MAX_BYTES)),
});

/** A presence record with the signature of its publisher, so that a relay that passes it on can change nothing. */
export const PUBLISHED_PRESENCE = struct({
  /** Ed25519 public key of the device that published it. */
  publisher: required(1, bytes(PUBLIC_KEY_BYTES, 'exact')),
  /** Sequence number of the gossipsub message, big-endian. */
  seqno: required(2, bytes(8, 'exact')),
  signature: required(3, bytes(SIGNATURE_BYTES, 'exact')),
  /** The presence envelope as published. */
  envelope: required(4, bytes(PRESENCE_ENVELOPE_MAX_BYTES)),
});
export type PublishedPresence = Of<typeof PUBLISHED_PRESENCE>;

/** The publisher of a record has left the relay that it had handed it to. Not signed: it only changes what is shown. */
export const PRESENCE_LEFT = struct({
  tag: required(1, bytes(PRESENCE_TAG_BYTES, 'exact')),
  publisher: required(2, bytes(PUBLIC_KEY_BYTES, 'exact')),
  /** Of the record that is meant: a newer one is not touched. */
  expires: required(3, uint()),
});
export type PresenceLeft = Of<typeof PRESENCE_LEFT>;

/** What the asked relay sends. An empty one says that it takes the other for a neighbour. */
export const NEIGHBOUR_PUSH = struct({
  records: repeated(
    1,
    nested(PUBLISHED_PRESENCE, PRESENCE_ENVELOPE_MAX_BYTES + 256),
    NEIGHBOUR_RECORDS_MAX,
  ),
  left: repeated(2, nested(PRESENCE_LEFT, 128), NEIGHBOUR_LEFT_MAX),
  /** Descriptors of other relays, each signed by the relay that it names. */
  relays: repeated(3, bytes(RELAY_DESCRIPTOR_MAX_BYTES), NEIGHBOUR_RELAYS_MAX),
});
