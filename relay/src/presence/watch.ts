import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import { WATCH_PROTOCOL } from '#lib/protocol/names.ts';
import type { Of } from '#lib/protocol/struct.ts';
import { WATCH_REQUEST } from '#lib/protocol/watch.ts';
import {
  PROTOCOL_INBOUND_STREAMS,
  WATCH_REQUEST_MAX_BYTES,
  WATCH_REQUESTS_PER_MINUTE,
} from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import { dropReason } from '../one-answer.ts';
import type { DropReason } from '../one-answer.ts';
import { createPushLoop } from '../neighbours/push-loop.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { hostOf } from '../limits/remote-address.ts';
import type { Watchers } from './watchers.ts';

/**
 * Serves `/woxly/presence/1`: a stream that stays open, on which a peer says which tags it wants to hear of, as often
 * as they change, and the relay pushes records and departures. One stream a peer: a newer one ends the one before.
 * Who does not read within the read timeout is cut off.
 */
export async function serveWatches(
  node: Libp2p,
  init: {
    readonly watchers: Watchers;
    readonly metrics: Metrics;
    readonly readTimeoutMs: number;
    /** A clock that never goes back, ms. */
    readonly now: () => number;
  },
): Promise<{ sweep(): void }> {
  const { watchers, metrics, readTimeoutMs } = init;
  const streams = new Map<string, Stream>();
  const requests = createRateLimit({ perMinute: WATCH_REQUESTS_PER_MINUTE, now: init.now });

  const serve = async (stream: Stream, connection: Connection): Promise<void> => {
    const peer = connection.remotePeer.toString();
    streams.get(peer)?.abort(new Error('the peer watches over another stream'));
    streams.set(peer, stream);
    const over = new AbortController();
    stream.addEventListener('close', () => {
      over.abort();
      if (streams.get(peer) === stream) streams.delete(peer);
    });
    const drop = (reason: DropReason, error?: unknown): void => {
      if (over.signal.aborted) return;
      metrics.streamsDropped.inc({ protocol: 'watch', reason });
      stream.abort(error instanceof Error ? error : new Error(reason));
    };
    const frames = lpStream(stream, {
      maxDataLength: WATCH_REQUEST_MAX_BYTES,
      maxBufferSize: 2 * WATCH_REQUEST_MAX_BYTES,
    });
    const loop = createPushLoop({
      next: () => (watcher === 'too-many' || over.signal.aborted ? undefined : watcher.next()),
      send: async (push) => {
        await frames.write(push, { signal: AbortSignal.timeout(readTimeoutMs) });
        metrics.watchPushes.inc();
      },
      onEnd: (error) => drop(dropReason(error), error),
    });
    const watcher = watchers.open(hostOf(connection.remoteAddr), () => loop.wake());
    if (watcher === 'too-many') {
      drop('too-many-streams');
      return;
    }
    // The listener above was first: it has set `over` when this runs.
    stream.addEventListener('close', () => watcher.end());
    const refusal = (request: Of<typeof WATCH_REQUEST> | undefined): DropReason | undefined => {
      if (request === undefined) return 'malformed';
      if (!requests.take(peer)) return 'too-often';
      return watcher.ask(request.tags) === 'too-many' ? 'too-many-streams' : undefined;
    };
    try {
      let signal = AbortSignal.any([over.signal, AbortSignal.timeout(readTimeoutMs)]);
      while (!over.signal.aborted) {
        const frame = await frames.read({ signal });
        // The first must come at once; later ones come when contacts change.
        signal = over.signal;
        const reason = refusal(WATCH_REQUEST.decode(frame.subarray()));
        if (reason !== undefined) drop(reason);
      }
    } catch (error) {
      if (stream.remoteWriteStatus === 'closed') await stream.close().catch(() => {});
      else drop(dropReason(error), error);
    } finally {
      watcher.end();
    }
  };

  await node.handle(WATCH_PROTOCOL, (stream, connection) => serve(stream, connection), {
    maxInboundStreams: PROTOCOL_INBOUND_STREAMS,
    runOnLimitedConnection: false,
  });
  return { sweep: () => requests.sweep() };
}
