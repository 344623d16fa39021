import type { Bytes } from '#lib/domain/bytes.ts';
import {
  MULTIADDR_MAX_BYTES,
  OPERATOR_MAX_BYTES,
  PUBLIC_KEY_BYTES,
  RELAY_ADDRESSES_MAX,
  RELAY_DESCRIPTOR_MAX_BYTES,
  RELAY_DESCRIPTOR_TTL_MS,
  VERSION_MAX_BYTES,
} from './limits.ts';
import { deviceKeyOf } from './key-text.ts';
import { DOMAIN } from './names.ts';
import { isRelayAddress } from './relay-address.ts';
import { open, sign, SIGNED } from './signed.ts';
import type { Signer } from './signed.ts';
import { bool, bytes, repeated, required, struct, text, textThat, uint } from './struct.ts';
import type { Of } from './struct.ts';

/** What a relay says of itself on `/woxly/relays/1`, signed by its own key. */
export const RELAY_DESCRIPTOR = struct({
  /** The relay's Ed25519 public key: its peer ID. */
  relay: required(1, bytes(PUBLIC_KEY_BYTES, 'exact')),
  /** Multiaddrs ending in `/p2p/RELAY`, best first. */
  addresses: repeated(2, textThat(isRelayAddress, MULTIADDR_MAX_BYTES), RELAY_ADDRESSES_MAX),
  operator: required(3, text(OPERATOR_MAX_BYTES)),
  version: required(4, text(VERSION_MAX_BYTES)),
  /** Reservations there may be, and those there are. */
  reservationsMax: required(5, uint()),
  reservations: required(6, uint()),
  /** Whether it hands out TURN credentials. */
  turn: required(7, bool),
  /** How many topics presence is spread over: {@link PRESENCE_TOPICS}. Read by nobody yet. */
  shards: required(8, uint(65_536)),
  /** ms since 1970; the higher of two descriptors is the newer one. */
  issued: required(9, uint()),
  expires: required(10, uint()),
});
/** The one of `names.ts`. */
export const PRESENCE_TOPICS = 1;

export type RelayDescriptor = Of<typeof RELAY_DESCRIPTOR>;

/** A descriptor as it is gossiped. */
export async function sealRelayDescriptor(
  relay: Signer,
  descriptor: RelayDescriptor,
): Promise<Bytes> {
  return SIGNED.encode(await sign(relay, DOMAIN.relay, RELAY_DESCRIPTOR, descriptor));
}

/**
 * The descriptor if the relay that it names signed it, it is fresh at `now` (ms), and every address is that relay's
 * own; else `undefined`.
 */
export async function openRelayDescriptor(
  given: Uint8Array,
  now: number,
): Promise<RelayDescriptor | undefined> {
  if (given.byteLength > RELAY_DESCRIPTOR_MAX_BYTES) return undefined;
  const signed = SIGNED.decode(given);
  const claimed = signed && RELAY_DESCRIPTOR.decode(signed.payload);
  if (signed === undefined || claimed === undefined) return undefined;
  const { relay, addresses, issued, expires } = claimed;
  const fresh = expires > now && expires <= now + 2 * RELAY_DESCRIPTOR_TTL_MS && issued < expires;
  const peer = deviceKeyOf(relay);
  const own = addresses.every((address) => address.endsWith(`/p2p/${peer}`));
  if (!fresh || !own || addresses.length === 0) return undefined;
  return open(signed, relay, DOMAIN.relay, RELAY_DESCRIPTOR);
}
