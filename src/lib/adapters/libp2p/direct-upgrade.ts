import type { Connection, Libp2p } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type { MayConnect } from './signalling-gate.ts';

/** How long an attempt at a direct connection may take, ms. */
const UPGRADE_TIMEOUT_MS = 15_000;
/** Attempts for one relayed connection: the WebRTC dial of libp2p fails now and then on a busy machine. */
const ATTEMPTS = 2;

/**
 * Makes a direct WebRTC connection beside a relayed one, in the background, to whoever may learn our address.
 * Signalling then goes on when the relay dies. Nothing waits for it and its failure changes nothing.
 */
export function directUpgrade(
  libp2p: Libp2p,
  mayConnect: MayConnect,
): (peer: DeviceKey, relayed: Connection) => void {
  const running = new Set<DeviceKey>();

  return (peer, relayed) => {
    const direct = libp2p
      .getConnections(relayed.remotePeer)
      .some(({ limits, status }) => limits === undefined && status === 'open');
    if (direct || running.has(peer) || !mayConnect(peer)) return;
    running.add(peer);
    void attempt(peer, relayed).finally(() => running.delete(peer));
  };

  async function attempt(peer: DeviceKey, relayed: Connection): Promise<void> {
    const circuit = relayed.remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '');
    const target = multiaddr(`${circuit}/webrtc/p2p/${peer}`);
    for (let tried = 0; tried < ATTEMPTS && relayed.status === 'open'; tried += 1) {
      try {
        await libp2p.dial(target, { signal: AbortSignal.timeout(UPGRADE_TIMEOUT_MS) });
        return;
      } catch {
        // Not possible between these two, or bad luck: the relayed connection is there.
      }
    }
  }
}
