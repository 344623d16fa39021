import { publicKeyFromRaw } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { Signer } from '#lib/protocol/signed.ts';

/**
 * A device key as libp2p takes it. The private half is a WebCrypto key that cannot be read: `raw` throws, which
 * Noise, reservations, relayed dials and signed gossip never notice.
 */
export function libp2pKey(device: Signer): Ed25519PrivateKey {
  const publicKey = publicKeyFromRaw(device.publicKey);
  if (publicKey.type !== 'Ed25519') throw new TypeError('a device key is Ed25519');
  return {
    type: 'Ed25519',
    publicKey,
    get raw(): Uint8Array {
      throw new Error('the device key cannot be read');
    },
    equals: (other: unknown) =>
      typeof other === 'object' &&
      other !== null &&
      'publicKey' in other &&
      publicKey.equals(other.publicKey),
    sign: (message) =>
      device.sign((message instanceof Uint8Array ? message : message.subarray()) as Bytes),
  };
}
