import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { parseDeviceKey } from '#lib/protocol/key-text.ts';

/**
 * Who may be on the other end of a connection. Two rules close a real hole (a lying relay could stand in for a
 * peer with an RSA ID, libp2p 3.3.11): only Ed25519 peer IDs, and the peer that authenticated must be the one
 * that the address names last.
 */
export function connectionGate(mayDial: (address: string) => boolean): ConnectionGater {
  const strange = (peer: PeerId, connection: MultiaddrConnection): boolean =>
    !isEd25519(peer) || !isLastNamed(connection.remoteAddr, peer);
  return {
    denyDialPeer: (peer) => !isEd25519(peer),
    denyDialMultiaddr: (address) => !mayDial(address.toString()),
    denyInboundEncryptedConnection: strange,
    denyOutboundEncryptedConnection: strange,
    denyInboundRelayedConnection: (_relay, peer) => !isEd25519(peer),
    // The address book keeps what relays and peers claim; what is dialled is checked above.
    filterMultiaddrForPeer: () => true,
  };
}

function isEd25519(peer: PeerId): boolean {
  return peer.type === 'Ed25519' && parseDeviceKey(peer.toString()) !== undefined;
}

/** A direct inbound address names nobody: then nothing was claimed and Noise alone decides. */
function isLastNamed(address: Multiaddr, peer: PeerId): boolean {
  const named = address
    .getComponents()
    .filter(({ name }) => name === 'p2p')
    .at(-1);
  return named === undefined || named.value === peer.toString();
}
