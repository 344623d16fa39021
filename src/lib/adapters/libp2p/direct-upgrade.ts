import type { Connection, Libp2p } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type { MayConnect } from './signalling-gate.ts';

/** How long an attempt at a direct connection may take, ms. */
const UPGRADE_TIMEOUT_MS = 15_000;
/** Attempts for one relayed connection: the WebRTC dial of libp2p fails now and then on a busy machine. */
const ATTEMPTS = 2;

/** Makes a direct WebRTC connection beside a relayed one; resolves to it, or to `undefined` where there is none. */
export type DirectUpgrade = (
  peer: DeviceKey,
  relayed: Connection,
) => Promise<Connection | undefined>;

/**
 * To whoever may learn our address. In the background of a call it lets signalling go on when the relay dies: nothing
 * waits for it and its failure changes nothing.
 */
export function directUpgrade(libp2p: Libp2p, mayConnect: MayConnect): DirectUpgrade {
  const running = new Map<DeviceKey, Promise<Connection | undefined>>();

  return async (peer, relayed) => {
    const direct = directConnection(libp2p, peer);
    if (direct !== undefined || !mayConnect(peer)) return direct;
    const attempts =
      running.get(peer) ?? attempt(peer, relayed).finally(() => running.delete(peer));
    running.set(peer, attempts);
    return attempts;
  };

  async function attempt(peer: DeviceKey, relayed: Connection): Promise<Connection | undefined> {
    const circuit = relayed.remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '');
    const target = multiaddr(`${circuit}/webrtc/p2p/${peer}`);
    for (let tried = 0; tried < ATTEMPTS && relayed.status === 'open'; tried += 1) {
      try {
        return await libp2p.dial(target, { signal: AbortSignal.timeout(UPGRADE_TIMEOUT_MS) });
      } catch {
        // Not possible between these two, or bad luck: the relayed connection is there.
      }
    }
    return undefined;
  }
}

/** The connection to a peer that no relay carries. */
export function directConnection(libp2p: Libp2p, peer: DeviceKey): Connection | undefined {
  return libp2p
    .getConnections(peerIdFromString(peer))
    .find(({ limits, status }) => limits === undefined && status === 'open');
}
