import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import { hkdfSha256, hmacSha256, openAes, sealAes } from './crypto.ts';
import { SIGNED_DEVICE_LIST_MAX_BYTES } from './device-list.ts';
import {
  MULTIADDR_MAX_BYTES,
  PRESENCE_MAX_BYTES,
  PRESENCE_RELAYS_MAX,
  PRESENCE_TAG_BYTES,
  PRESENCE_TTL_MS,
  PUBLIC_KEY_BYTES,
} from './limits.ts';
import { DOMAIN } from './names.ts';
import { open, sign, SIGNED } from './signed.ts';
import type { Signer } from './signed.ts';
import { bool, bytes, nested, optional, repeated, required, struct, text, uint } from './struct.ts';
import type { Of } from './struct.ts';

/** Where a person can be reached now; signed by the identity key. */
export const PRESENCE_RECORD = struct({
  /** Signed device list: names the identity's devices. */
  devices: required(1, nested(SIGNED, SIGNED_DEVICE_LIST_MAX_BYTES)),
  /** Multiaddrs of the relays that hold a reservation of this device. */
  relays: repeated(2, text(MULTIADDR_MAX_BYTES), PRESENCE_RELAYS_MAX),
  /** Rises with every record of a device; the highest wins. */
  sequence: required(3, uint()),
  issued: required(4, uint()),
  expires: required(5, uint()),
  /** The person does not want contacts to see whether they are online: it serves to call them, and is not shown. */
  hidden: optional(6, bool),
  /** The device that is at these relays, of those in the list. Without it the person has one device, of an older app. */
  device: optional(7, bytes(PUBLIC_KEY_BYTES, 'exact')),
});
export type PresenceRecord = Of<typeof PRESENCE_RECORD>;

/** A presence record as relays see it: a tag that changes daily and a body they cannot read. */
export const PRESENCE_ENVELOPE = struct({
  tag: required(1, bytes(PRESENCE_TAG_BYTES, 'exact')),
  expires: required(2, uint()),
  nonce: required(3, bytes(12, 'exact')),
  sealed: required(4, bytes(PRESENCE_MAX_BYTES)),
});
export type PresenceEnvelope = Of<typeof PRESENCE_ENVELOPE>;

const DAY_MS = 86_400_000;

/** Days since 1970 in UTC. */
export const presenceDay = (now: number): number => Math.floor(now / DAY_MS);

function dayBytes(day: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(day));
  return bytes;
}

/** The name under which a person's record is kept on a given day; only who knows the key can compute it. */
export function presenceTag(identity: Bytes, day: number): Promise<Bytes> {
  return hmacSha256(
    identity,
    concatBytes(new TextEncoder().encode(DOMAIN.presenceTag), dayBytes(day)),
  );
}

const bodyKey = (identity: Bytes, day: number): Promise<Bytes> =>
  hkdfSha256(identity, DOMAIN.presenceKey, 32, dayBytes(day));

/** Signs and seals a record for the day of `record.issued`. `nonce` is 12 fresh random bytes. */
export async function sealPresence(
  identity: Signer,
  record: PresenceRecord,
  nonce: Bytes,
): Promise<PresenceEnvelope> {
  const day = presenceDay(record.issued);
  const signed = await sign(identity, DOMAIN.presence, PRESENCE_RECORD, record);
  return {
    tag: await presenceTag(identity.publicKey, day),
    expires: record.expires,
    nonce,
    sealed: await sealAes(await bodyKey(identity.publicKey, day), nonce, SIGNED.encode(signed)),
  };
}

/** The record in an envelope if `identity` signed it for `day` and it is fresh at `now`, else `undefined`. */
export async function openPresence(
  envelope: PresenceEnvelope,
  identity: Bytes,
  day: number,
  now: number,
): Promise<PresenceRecord | undefined> {
  const plain = await openAes(await bodyKey(identity, day), envelope.nonce, envelope.sealed);
  const signed = plain && SIGNED.decode(plain);
  const record = signed && (await open(signed, identity, DOMAIN.presence, PRESENCE_RECORD));
  if (record === undefined || record.expires <= now || presenceDay(record.issued) !== day) {
    return undefined;
  }
  // One that never ends would be believed for ever.
  if (record.expires > record.issued + PRESENCE_TTL_MS) return undefined;
  return record;
}
