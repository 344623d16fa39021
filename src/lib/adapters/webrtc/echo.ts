import { WoxlyError } from '#lib/domain/errors.ts';
import type { Echo } from '#lib/ports/ice-probe.ts';
import type { IceServer, OpenMicrophone } from '#lib/ports/media.ts';
import { trackOf } from './sources.ts';
import { Player } from './player.ts';
import { toRtcServers } from './rtc-servers.ts';
import { turnHosts } from './turn-hosts.ts';

/** What Opus collects before it sends, ms: one packet. */
const PACKET_MS = 20;

/** Gives each candidate of one connection to the other. */
function trickle(from: RTCPeerConnection, to: RTCPeerConnection): void {
  from.addEventListener('icecandidate', ({ candidate }) => {
    // Refused only when the other is closed already.
    to.addIceCandidate(candidate ?? undefined).catch(() => undefined);
  });
}

function connected(connection: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      reject(new WoxlyError('no-path'));
    };
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail);
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'connected') resolve();
      if (connection.connectionState === 'failed') fail();
    });
  });
}

/** The members of W3C webrtc-stats that are read here. */
interface Figures {
  readonly type: string;
  readonly kind?: string;
  readonly state?: string;
  readonly nominated?: boolean;
  readonly currentRoundTripTime?: number;
  readonly localCandidateId?: string;
  readonly url?: string;
  readonly address?: string;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
}

async function figuresOf(connection: RTCPeerConnection) {
  const stats = (await connection.getStats()) as unknown as ReadonlyMap<string, Figures>;
  const all = [...stats.values()];
  const pair = all.find(
    ({ type, nominated, state }) =>
      type === 'candidate-pair' && nominated === true && state === 'succeeded',
  );
  const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  return { pair, inbound, local: stats.get(pair?.localCandidateId ?? '') };
}

/**
 * Connects this page with itself and sends a microphone's sound around: with the policy `relay` out through TURN and
 * back, just as a relayed call would.
 * @throws {WoxlyError<'no-path'>} when that does not come about before the signal.
 */
export async function openEcho(
  microphone: OpenMicrophone,
  servers: readonly IceServer[],
  signal: AbortSignal,
  policy: RTCIceTransportPolicy,
): Promise<Echo> {
  const track = trackOf(microphone);
  if (track === undefined) throw new WoxlyError('no-path');
  const configuration: RTCConfiguration = {
    iceServers: toRtcServers(servers),
    iceTransportPolicy: policy,
  };
  const open: RTCPeerConnection[] = [];
  const connection = (): RTCPeerConnection => {
    const made = new RTCPeerConnection(configuration);
    open.push(made);
    return made;
  };
  // Where a tap is wanted, the tap that started the test was one.
  const player = new Player(() => undefined);
  const close = (): void => {
    player.close();
    for (const one of open) one.close();
  };
  try {
    const [out, back] = [connection(), connection()];
    trickle(out, back);
    trickle(back, out);
    back.addEventListener('track', ({ receiver }) => {
      player.take(receiver);
    });
    const up = Promise.all([connected(out, signal), connected(back, signal)]);
    // Somebody waits for it only after the descriptions.
    up.catch(() => undefined);
    out.addTrack(track);
    await out.setLocalDescription(await out.createOffer());
    await back.setRemoteDescription(out.localDescription as RTCSessionDescription);
    await back.setLocalDescription(await back.createAnswer());
    await out.setRemoteDescription(back.localDescription as RTCSessionDescription);
    await up;
    player.play();
    const hosts = turnHosts(out, (await figuresOf(out)).local);
    return {
      turnHosts: hosts,
      level: () => player.level(),
      async delayMs() {
        const { pair, inbound } = await figuresOf(back);
        const { jitterBufferDelay: waited, jitterBufferEmittedCount: played } = inbound ?? {};
        if (pair?.currentRoundTripTime === undefined || !waited || !played) return undefined;
        // The sound goes the way once, which for the two ends of this pair is half a round trip.
        const way = (pair.currentRoundTripTime * 1000) / 2;
        return Math.round(PACKET_MS + way + (waited / played) * 1000);
      },
      close,
    };
  } catch (cause) {
    close();
    throw cause instanceof WoxlyError ? cause : new WoxlyError('no-path', { cause });
  }
}
