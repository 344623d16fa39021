import type { Connection } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type { Way } from '#lib/ports/peer-network.ts';

/** What libp2p's WebRTC connections have and do not show: the browser's own is kept by the multiplexer. */
interface OverWebRTC {
  readonly muxer?: { readonly peerConnection?: Pick<RTCPeerConnection, 'getStats'> };
}

/** The members of W3C webrtc-stats that are read here. */
interface Stat {
  readonly type: string;
  readonly selectedCandidatePairId?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
}

type Seen = Pick<Connection, 'limits' | 'status'>;

/** How a device is reached best now: a circuit goes on beside the connection that was made through it. */
export async function wayTo(
  libp2p: { getConnections(peer: ReturnType<typeof peerIdFromString>): readonly Seen[] },
  peer: DeviceKey,
): Promise<Way | undefined> {
  const open = libp2p
    .getConnections(peerIdFromString(peer))
    .filter(({ status }) => status === 'open');
  const own = open.find(({ limits }) => limits === undefined);
  if (own === undefined) return open.length > 0 ? 'circuit' : undefined;
  return wayOf(own);
}

async function wayOf(connection: Seen): Promise<Way | undefined> {
  const report = await (connection as OverWebRTC).muxer?.peerConnection?.getStats();
  if (report === undefined) return undefined;
  const stats = new Map<string, Stat>();
  report.forEach((stat: Stat, id: string) => stats.set(id, stat));
  const pair = selectedPair(stats);
  if (pair === undefined) return undefined;
  const ends = [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.get(id ?? ''));
  return ends.some((end) => end?.candidateType === 'relay') ? 'turn' : 'direct';
}

function selectedPair(stats: ReadonlyMap<string, Stat>): Stat | undefined {
  const all = [...stats.values()];
  const named = all.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
  if (named !== undefined) return stats.get(named);
  // Older Firefox has no transport stats.
  return all.find(
    ({ type, nominated, state }) =>
      type === 'candidate-pair' && nominated === true && state === 'succeeded',
  );
}
