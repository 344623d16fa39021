import { RELAY_DESCRIPTOR_MAX_BYTES, RELAY_LIST_MAX } from './limits.ts';
import { bytes, repeated, struct } from './struct.ts';

/** What is asked on `/woxly/relays/1`: nothing yet. One empty frame, then one answer, then the stream ends. */
export const RELAY_LIST_REQUEST = struct({});

/**
 * Which relays a relay knows, itself first: signed descriptors as they were gossiped (`openRelayDescriptor`). Gossip
 * has no history, so that whoever comes later asks.
 */
export const RELAY_LIST = struct({
  descriptors: repeated(1, bytes(RELAY_DESCRIPTOR_MAX_BYTES), RELAY_LIST_MAX),
});
