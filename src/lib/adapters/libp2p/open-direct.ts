import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import { WoxlyError } from '#lib/domain/errors.ts';
import type { DeviceKey } from '#lib/domain/ids.ts';
import { directConnection } from './direct-upgrade.ts';
import type { DirectUpgrade } from './direct-upgrade.ts';
import type { DirectDialler } from './node.ts';
import type { Target } from './open-stream.ts';

/** How long a direct connection that is there already may take to open a stream, ms: it may be dead. */
const KNOWN_TIMEOUT_MS = 2_000;

/**
 * Opens a stream over a connection that no relay carries; where there is none it is made beside a circuit. Rejects where
 * the two do not come together, or may not.
 */
export async function openDirect(
  libp2p: Libp2p,
  dialler: DirectDialler,
  upgrade: DirectUpgrade,
  { peer, protocol, circuits }: Omit<Target, 'anew'>,
  signal: AbortSignal,
): Promise<Stream> {
  const known = directConnection(libp2p, peer);
  if (known !== undefined) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(KNOWN_TIMEOUT_MS)]);
    const stream = await known.newStream(protocol, { signal: limit }).catch(() => undefined);
    if (stream !== undefined) return stream;
    signal.throwIfAborted();
    known.abort(new Error('it opens no stream'));
  }
  const relayed = relayedConnection(libp2p, peer) ?? (await firstCircuit());
  const direct = await upgrade(peer, relayed);
  signal.throwIfAborted();
  if (direct === undefined) throw new WoxlyError('unreachable');
  return direct.newStream(protocol, { signal });

  function firstCircuit(): Promise<Connection> {
    return Promise.any(circuits.map((through) => dialler.dial(through, { signal })));
  }
}

function relayedConnection(libp2p: Libp2p, peer: DeviceKey): Connection | undefined {
  return libp2p
    .getConnections(peerIdFromString(peer))
    .find(({ limits, status }) => limits !== undefined && status === 'open');
}
