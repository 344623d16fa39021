import type { Libp2p, Stream } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { LOOKUP_REQUEST_MAX_BYTES, PROTOCOL_INBOUND_STREAMS } from './limits.ts';
import type { Metrics } from './metrics.ts';
import type { PresenceStore } from './presence-store.ts';

type DropReason = 'malformed' | 'oversized' | 'slow' | 'too-many-streams' | 'broken-off';

function dropReason(error: unknown): DropReason {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError' || name === 'AbortError') return 'slow';
  if (name === 'InvalidDataLengthError' || name === 'InvalidDataLengthLengthError')
    return 'oversized';
  if (name === 'StreamBufferError') return 'oversized';
  if (name === 'InvalidMessageLengthError') return 'malformed';
  return 'broken-off';
}

async function answer(
  stream: Stream,
  store: PresenceStore,
  signal: AbortSignal,
): Promise<number | undefined> {
  const frames = lpStream(stream, {
    maxDataLength: LOOKUP_REQUEST_MAX_BYTES,
    // One request and its length prefix is all that may ever wait here.
    maxBufferSize: LOOKUP_REQUEST_MAX_BYTES + 16,
  });
  const request = LOOKUP_REQUEST.decode((await frames.read({ signal })).subarray());
  if (request === undefined) return undefined;
  const records = store.find(request.tags);
  await frames.write(LOOKUP_RESPONSE.encode({ records }), { signal });
  await stream.close({ signal });
  return records.length;
}

/**
 * Answers `/woxly/lookup/1`: one request, one answer, end. Whatever else a peer sends costs it that stream.
 * Never over a circuit: a lookup is for one's own relay.
 */
export async function serveLookups(
  node: Libp2p,
  store: PresenceStore,
  metrics: Metrics,
  readTimeoutMs: number,
): Promise<void> {
  const open = new Map<string, number>();

  await node.handle(
    LOOKUP_PROTOCOL,
    async (stream, connection) => {
      const drop = (reason: DropReason, error: unknown): void => {
        metrics.streamsDropped.inc({ protocol: 'lookup', reason });
        stream.abort(error instanceof Error ? error : new Error(reason));
      };
      const peer = connection.remotePeer.toString();
      const count = open.get(peer) ?? 0;
      if (count >= PROTOCOL_INBOUND_STREAMS) {
        drop('too-many-streams', undefined);
        return;
      }
      open.set(peer, count + 1);
      try {
        const found = await answer(stream, store, AbortSignal.timeout(readTimeoutMs));
        if (found === undefined) drop('malformed', undefined);
        else metrics.lookups.inc({ outcome: found === 0 ? 'empty' : 'found' });
      } catch (error) {
        drop(dropReason(error), error);
      } finally {
        const left = (open.get(peer) ?? 1) - 1;
        if (left === 0) open.delete(peer);
        else open.set(peer, left);
      }
    },
    // Above our own limit, so that a stream too many is counted here and not silently reset.
    { maxInboundStreams: 2 * PROTOCOL_INBOUND_STREAMS, runOnLimitedConnection: false },
  );
}
