import { base58 } from '@scure/base';
import { concatBytes } from '#lib/domain/bytes.ts';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { DeviceKey, IdentityKey, RelayId } from '#lib/domain/ids.ts';
import { PUBLIC_KEY_BYTES } from './limits.ts';

/**
 * The text of an Ed25519 key: a libp2p peer ID, base58btc of an identity multihash (0x00, length 0x24) of the
 * key's protobuf (type 1 = Ed25519, 32 bytes). https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
 * Peer IDs of other key types are refused: with them a lying relay can impersonate a peer.
 */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, PUBLIC_KEY_BYTES);
const TEXT_LENGTH = 52;

function keyText(publicKey: Uint8Array): string {
  return base58.encode(concatBytes(PREFIX, publicKey));
}

export const identityKeyOf = (publicKey: Uint8Array): IdentityKey =>
  keyText(publicKey) as IdentityKey;
export const deviceKeyOf = (publicKey: Uint8Array): DeviceKey => keyText(publicKey) as DeviceKey;
export const relayIdOfKey = (publicKey: Uint8Array): RelayId => keyText(publicKey) as RelayId;

/** The 32 bytes of a key's text, or `undefined` for anything that is not the text of an Ed25519 key. */
export function publicKeyFromText(text: string): Bytes | undefined {
  if (text.length !== TEXT_LENGTH) return undefined;
  try {
    const bytes = base58.decode(text);
    if (bytes.byteLength !== PREFIX.byteLength + PUBLIC_KEY_BYTES) return undefined;
    if (!PREFIX.every((byte, index) => bytes[index] === byte)) return undefined;
    return bytes.slice(PREFIX.byteLength);
  } catch {
    return undefined;
  }
}

/** The 32 bytes of a key that is already known to be one. */
export function publicKeyOf(key: IdentityKey | DeviceKey): Bytes {
  const bytes = publicKeyFromText(key);
  if (bytes === undefined) throw new TypeError('a branded key is always valid');
  return bytes;
}

export function parseIdentityKey(text: string): IdentityKey | undefined {
  return publicKeyFromText(text) && (text as IdentityKey);
}

export function parseDeviceKey(text: string): DeviceKey | undefined {
  return publicKeyFromText(text) && (text as DeviceKey);
}
