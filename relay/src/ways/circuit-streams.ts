import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2';
import type { PeerId } from '@libp2p/interface';
import type { RelayNode } from './node.ts';

/** Streams of circuits that a peer has opened: once connected, the relay keeps writing to them. */
export const circuitStreams = (node: RelayNode, source?: PeerId): number =>
  node
    .getConnections(source)
    .flatMap(({ streams }) => streams)
    .filter(
      ({ protocol, direction, writeStatus }) =>
        protocol === RELAY_V2_HOP_CODEC && direction === 'inbound' && writeStatus === 'writable',
    ).length;
