import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import type { Bytes } from '#lib/domain/bytes.ts';
import { PROTOCOL_INBOUND_STREAMS } from './limits/limits.ts';
import type { Metrics } from './http/metrics.ts';

/** Why a stream was cut off. */
export type DropReason =
  'malformed' | 'oversized' | 'slow' | 'too-many-streams' | 'too-often' | 'broken-off';

/** Why a stream ended, from what reading or writing it threw. */
export function dropReason(error: unknown): DropReason {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError' || name === 'AbortError') return 'slow';
  if (name === 'InvalidDataLengthError' || name === 'InvalidDataLengthLengthError')
    return 'oversized';
  if (name === 'StreamBufferError') return 'oversized';
  if (name === 'InvalidMessageLengthError') return 'malformed';
  return 'broken-off';
}

/** A length prefix, beside the one request that may wait. */
const PREFIX_MAX_BYTES = 16;

/**
 * Serves a protocol of one request, one answer, end. Whatever else a peer sends costs it that stream. Never over a
 * circuit: it is for peers that have come here themselves.
 */
export async function serveOneAnswer(
  node: Libp2p,
  init: {
    readonly protocol: string;
    /** What metrics call it. */
    readonly name: string;
    readonly requestMaxBytes: number;
    readonly readTimeoutMs: number;
    readonly metrics: Pick<Metrics, 'streamsDropped'>;
    /** The answer, or why there is none. */
    readonly answer: (
      request: Bytes,
      connection: Connection,
    ) => Bytes | DropReason | Promise<Bytes | DropReason>;
  },
): Promise<void> {
  const open = new Map<string, number>();

  /** Why the stream is to be dropped, or `undefined` when all went well. */
  const exchange = async (
    stream: Stream,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<DropReason | undefined> => {
    const frames = lpStream(stream, {
      maxDataLength: init.requestMaxBytes,
      maxBufferSize: init.requestMaxBytes + PREFIX_MAX_BYTES,
    });
    const request = new Uint8Array((await frames.read({ signal })).subarray());
    const answer = await init.answer(request, connection);
    if (typeof answer === 'string') return answer;
    await frames.write(answer, { signal });
    await stream.close({ signal });
    return undefined;
  };

  await node.handle(
    init.protocol,
    async (stream, connection) => {
      const drop = (reason: DropReason, error?: unknown): void => {
        init.metrics.streamsDropped.inc({ protocol: init.name, reason });
        stream.abort(error instanceof Error ? error : new Error(reason));
      };
      const peer = connection.remotePeer.toString();
      const count = open.get(peer) ?? 0;
      if (count >= PROTOCOL_INBOUND_STREAMS) {
        drop('too-many-streams');
        return;
      }
      open.set(peer, count + 1);
      try {
        const signal = AbortSignal.timeout(init.readTimeoutMs);
        const dropped = await exchange(stream, connection, signal);
        if (dropped !== undefined) drop(dropped);
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
