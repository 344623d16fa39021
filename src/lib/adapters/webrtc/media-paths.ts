import type { Milliseconds } from '#lib/domain/ids.ts';
import type { Clock } from '#lib/ports/clock.ts';
import type { IceServer, MediaPaths } from '#lib/ports/media.ts';
import { RtcMediaPath } from './media-path.ts';
import { PreparedPath } from './prepared-path.ts';
import { toRtcServers } from './rtc-servers.ts';
import { permitOwnServers } from './turn-permissions.ts';

/**
 * A path that was made ready and not used is closed after this, ms: it holds sockets and, on TURN servers,
 * allocations that count against quotas.
 */
const PREPARED_FOR_MS = 60_000;

interface PathInStore {
  readonly path: PreparedPath;
  /** What it was made with. */
  readonly key: string;
  readonly madeAt: Milliseconds;
  readonly stopWaiting: () => void;
}

/**
 * @param clock also runs while the page is hidden, when its own timers hardly do
 * @param supported whether this browser can make calls, as `can-call.ts` finds out
 */
export function browserMediaPaths(clock: Clock, supported: boolean): MediaPaths {
  let prepared: PathInStore | undefined;

  /** The prepared path leaves its place: to be used, or to be closed. */
  const takePrepared = (): PathInStore | undefined => {
    const taken = prepared;
    prepared = undefined;
    taken?.stopWaiting();
    return taken;
  };
  const forget = () => takePrepared()?.path.close();

  return {
    supported,

    prepare(policy, servers) {
      const key = keyOf(policy, servers);
      if (prepared?.key === key) return;
      forget();
      const path = new PreparedPath(connect(policy, servers), clock, () => {
        if (prepared?.path === path) forget();
      });
      const stopWaiting = clock.after(PREPARED_FOR_MS, forget);
      prepared = { path, key, madeAt: clock.now(), stopWaiting };
    },

    forget,

    open(policy, servers, side, events) {
      if (side === 'offers') {
        const ready = takePrepared();
        // Timers stand still while a computer sleeps.
        const fresh = ready && clock.now() - ready.madeAt < PREPARED_FOR_MS;
        if (fresh && ready.key === keyOf(policy, servers)) return ready.path.open(events);
        ready?.path.close();
      }
      const connection = connect(policy, servers);
      if (side === 'offers' && policy === 'relay') permitOwnServers(connection);
      return new RtcMediaPath(connection, clock, events);
    },
  };
}

const keyOf = (policy: string, servers: readonly IceServer[]): string =>
  JSON.stringify([policy, toRtcServers(servers)]);

function connect(policy: 'all' | 'relay', servers: readonly IceServer[]): RTCPeerConnection {
  return new RTCPeerConnection({
    iceServers: toRtcServers(servers),
    iceTransportPolicy: policy,
    bundlePolicy: 'max-bundle',
    rtcpMuxPolicy: 'require',
  });
}
