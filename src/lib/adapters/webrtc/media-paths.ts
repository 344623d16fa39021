import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer, MediaPaths } from '#lib/ports/media.ts';
import { RtcMediaPath } from './media-path.ts';
import { toRtcServers } from './rtc-servers.ts';

/**
 * A connection that was made ready and not used is closed after this, ms: it holds sockets and, on TURN servers,
 * allocations that count against quotas.
 */
const PREPARED_FOR_MS = 60_000;

interface Prepared {
  readonly connection: RTCPeerConnection;
  /** What it was made with. */
  readonly key: string;
  readonly stopWaiting: () => void;
}

/** @param clock also runs while the page is hidden, when its own timers hardly do */
export function browserMediaPaths(clock: Clock): MediaPaths {
  let prepared: Prepared | undefined;

  /** The prepared connection leaves its place: to be used, or to be closed. */
  const takePrepared = (): Prepared | undefined => {
    const taken = prepared;
    prepared = undefined;
    taken?.stopWaiting();
    return taken;
  };
  const close = () => takePrepared()?.connection.close();

  return {
    supported: typeof RTCPeerConnection === 'function' && 'mediaDevices' in navigator,

    prepare(policy, servers) {
      const key = keyOf(policy, servers);
      if (prepared?.key === key) return;
      close();
      // The first pool member starts to gather at once; with BUNDLE more than one is never used.
      const connection = connect(policy, servers, 1);
      prepared = { connection, key, stopWaiting: clock.after(PREPARED_FOR_MS, close) };
    },

    open(policy, servers, events) {
      const ready = takePrepared();
      const fits = ready?.key === keyOf(policy, servers);
      if (!fits) ready?.connection.close();
      const connection = fits ? ready.connection : connect(policy, servers, 0);
      return new RtcMediaPath(connection, clock, events);
    },
  };
}

const keyOf = (policy: string, servers: readonly IceServer[]): string =>
  JSON.stringify([policy, toRtcServers(servers)]);

function connect(
  policy: 'all' | 'relay',
  servers: readonly IceServer[],
  pool: number,
): RTCPeerConnection {
  return new RTCPeerConnection({
    iceServers: toRtcServers(servers),
    iceTransportPolicy: policy,
    bundlePolicy: 'max-bundle',
    rtcpMuxPolicy: 'require',
    iceCandidatePoolSize: pool,
  });
}
