import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface';
import { CODE_P2P } from '@multiformats/multiaddr';
import type { CircuitSlots } from './circuit-slots.ts';
import type { Dialler } from '../neighbours/dialler.ts';

/** The peer ID at the end of the address of a connection, if it names one. */
const namedPeer = (connection: MultiaddrConnection): string | undefined =>
  connection.remoteAddr.getComponents().findLast(({ code }) => code === CODE_P2P)?.value;

/**
 * Who may connect. Peer IDs other than Ed25519 are refused: with libp2p 3.3 a lying relay can impersonate an RSA
 * peer. What the relay dials by itself is another relay, under a permit that names its address and peer ID (see
 * `dialler.ts`); whatever else would make it dial is refused, so that it cannot be used to scan networks.
 */
export function createGater(init: {
  /** Whether a dial of this very address, or to this peer, is under way by ourselves. */
  readonly dials: Pick<Dialler, 'mayDial' | 'mayDialPeer'>;
  /** Live circuits of a peer, without the one it asks for. */
  readonly circuitsOf: (source: PeerId) => number;
  readonly circuitsPerSource: number;
  /** Takes a slot for the circuit that is being asked for, see `circuit-slots.ts`. */
  readonly takeSlot: CircuitSlots['take'];
  readonly onCircuit: (
    outcome: ReturnType<CircuitSlots['take']> | 'too-many' | 'not-ed25519',
  ) => void;
  readonly onRefused: (reason: 'not-ed25519' | 'other-peer') => void;
}): ConnectionGater {
  const { dials } = init;
  const isOther = (peer: PeerId, connection: MultiaddrConnection): boolean => {
    const named = namedPeer(connection);
    if (peer.type !== 'Ed25519') init.onRefused('not-ed25519');
    else if (named !== undefined && named !== peer.toString()) init.onRefused('other-peer');
    else return false;
    return true;
  };
  return {
    denyDialPeer: (peer) => !dials.mayDialPeer(peer.toString()),
    denyDialMultiaddr: (address) => !dials.mayDial(address),
    denyOutboundConnection: (peer, { remoteAddr }) =>
      !dials.mayDialPeer(peer.toString()) || !dials.mayDial(remoteAddr),
    denyOutboundEncryptedConnection: (peer, connection) =>
      isOther(peer, connection) || !dials.mayDialPeer(peer.toString()),
    denyInboundEncryptedConnection: isOther,
    denyOutboundRelayedConnection(source, destination) {
      if (destination.type !== 'Ed25519') {
        init.onCircuit('not-ed25519');
        return true;
      }
      const isFull = init.circuitsOf(source) >= init.circuitsPerSource;
      const outcome = isFull ? 'too-many' : init.takeSlot(destination);
      init.onCircuit(outcome);
      return outcome !== 'allowed';
    },
  };
}
