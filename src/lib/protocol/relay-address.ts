import type { RelayAddress, RelayId } from '#lib/domain/ids.ts';
import { publicKeyFromText } from './key-text.ts';
import { MULTIADDR_MAX_BYTES } from './limits.ts';

/**
 * Begins with a host, then parts of a multiaddr in plain ASCII. `dnsaddr` is left out: it stands for whatever list
 * its owner answers with.
 */
const SHAPE = /^\/(?:ip4|ip6|dns|dns4|dns6)(?:\/[A-Za-z0-9._:%=-]{1,160}){3,16}$/;

/**
 * Whether a text of a peer is the multiaddr of a relay as WOXLY passes it on: at most `MULTIADDR_MAX_BYTES`, ending
 * in `/p2p/` and an Ed25519 peer ID, and not a circuit through another relay. Says nothing of whether it can be
 * dialled. https://github.com/multiformats/multiaddr
 */
export function isRelayAddress(text: string): text is RelayAddress {
  if (text.length > MULTIADDR_MAX_BYTES || !SHAPE.test(text)) return false;
  const [, ...keys] = text.split('/p2p/');
  const [key] = keys;
  return keys.length === 1 && key !== undefined && publicKeyFromText(key) !== undefined;
}

/** Of addresses that a peer named, those that are relay addresses, each once, at most `most`. */
export function relayAddresses(texts: readonly string[], most: number): readonly RelayAddress[] {
  return [...new Set(texts.filter(isRelayAddress))].slice(0, most);
}

/** The relay at an address: several addresses of one relay are one relay. */
export function relayIdOf(address: RelayAddress): RelayId {
  return address.slice(address.lastIndexOf('/') + 1) as RelayId;
}

/** The host name or IP address in a relay's address. */
export function relayHostOf(address: string): string {
  return address.split('/')[2] ?? '';
}
