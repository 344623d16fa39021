import type { IceServer } from '#lib/ports/media.ts';
import { toRtcServers } from './rtc-servers.ts';

/** What gathering brought from a few servers. */
export interface Gathered {
  readonly candidates: readonly RTCIceCandidate[];
  /** When the first candidate of a server came, ms after the start. */
  readonly tookMs: number;
  /** Whether a server did not answer, or refused. */
  readonly failed: boolean;
  /** It was not cut short by the signal. */
  readonly complete: boolean;
}

const ofServer = ({ type }: RTCIceCandidate): boolean => type === 'srflx' || type === 'relay';

/** Gathers candidates until all have come, `isEnough` says so, or the signal. Never rejects. */
export async function gather(
  servers: readonly IceServer[],
  policy: RTCIceTransportPolicy,
  signal: AbortSignal,
  isEnough: (candidates: readonly RTCIceCandidate[]) => boolean,
): Promise<Gathered> {
  const began = performance.now();
  const candidates: RTCIceCandidate[] = [];
  const seen = { tookMs: 0, failed: false, complete: false };
  const passed = () => Math.round(performance.now() - began);
  let connection: RTCPeerConnection | undefined;
  try {
    connection = new RTCPeerConnection({
      iceServers: toRtcServers(servers),
      iceTransportPolicy: policy,
    });
    const gathering = connection;
    const done = new Promise<void>((resolve) => {
      const complete = () => {
        seen.complete = true;
        resolve();
      };
      gathering.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate === null) {
          complete();
          return;
        }
        // Some browsers end with an empty one.
        if (candidate.candidate === '') return;
        if (ofServer(candidate) && !candidates.some(ofServer)) seen.tookMs = passed();
        candidates.push(candidate);
        if (isEnough(candidates)) resolve();
      });
      gathering.addEventListener('icecandidateerror', () => {
        seen.failed = true;
      });
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
    gathering.createDataChannel('probe');
    await gathering.setLocalDescription(await gathering.createOffer());
    if (!signal.aborted) await done;
  } catch {
    // A URL or credentials that the browser does not take.
    seen.failed = true;
  } finally {
    connection?.close();
  }
  return { ...seen, tookMs: seen.tookMs || passed(), candidates };
}
