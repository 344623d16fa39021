import type { Connection, Stream } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import type { Bytes } from '#lib/domain/bytes.ts';
import { FRAME_MAX_BYTES, RELAY_DESCRIPTOR_MAX_BYTES } from '#lib/protocol/limits.ts';
import { NEIGHBOUR_PROTOCOL } from '#lib/protocol/names.ts';
import { NEIGHBOUR_HELLO, NEIGHBOUR_PUSH } from '#lib/protocol/neighbour.ts';
import type { Of } from '#lib/protocol/struct.ts';
import { NEIGHBOUR_PUSHES_UNREAD } from '../limits/limits.ts';
import type { NeighbourFeed } from './neighbour-feed.ts';
import { createPushLoop } from './push-loop.ts';

/**
 * The two halves of `/woxly/neighbour/1`. Each push is answered by an empty frame once it has been worked through, and
 * only so many may be unanswered: a stream of libp2p has no other way to tell who writes that the reader is busy.
 */

const ANSWER = new Uint8Array(0);
/** A length prefix and what stands around the descriptor in a hello. */
const HELLO_MAX_BYTES = RELAY_DESCRIPTOR_MAX_BYTES + 16;
const PREFIX_MAX_BYTES = 16;

/** Something that no relay of this version sends. */
export class MalformedPush extends Error {
  override readonly name = 'MalformedPush';
}

/** Reads who asks for a feed. `undefined` for anything malformed. */
export async function readHello(stream: Stream, signal: AbortSignal): Promise<Bytes | undefined> {
  const frames = lpStream(stream, {
    maxDataLength: HELLO_MAX_BYTES,
    maxBufferSize: HELLO_MAX_BYTES + PREFIX_MAX_BYTES,
  });
  const frame = await frames.read({ signal });
  frames.unwrap();
  return NEIGHBOUR_HELLO.decode(frame.subarray())?.descriptor;
}

/**
 * Sends a feed for as long as the other side reads.
 * @returns what wakes it after the feed has changed.
 */
export function sendFeed(
  stream: Stream,
  feed: Pick<NeighbourFeed, 'next'>,
  init: { readonly answerTimeoutMs: number; readonly onEnd: (error: unknown) => void },
): () => void {
  const frames = lpStream(stream, { maxDataLength: 0, maxBufferSize: 1024 });
  let unread = 0;
  const readAnswer = async (): Promise<void> => {
    const signal = AbortSignal.timeout(init.answerTimeoutMs);
    await frames.read({ signal });
    unread -= 1;
  };
  const loop = createPushLoop({
    next: feed.next,
    async send(push) {
      unread += 1;
      await frames.write(push, { signal: AbortSignal.timeout(init.answerTimeoutMs) });
      // The last ones are read too: what is not answered is not known to have arrived.
      while (unread >= NEIGHBOUR_PUSHES_UNREAD) await readAnswer();
    },
    onEnd: init.onEnd,
  });
  return () => loop.wake();
}

/**
 * Asks a relay for its feed and reads it to the end.
 * @param take Works through a push.
 * @throws what ended it; {@link MalformedPush} when that is the other side's fault.
 */
export async function readFeed(
  connection: Connection,
  descriptor: Bytes,
  init: {
    readonly take: (push: Of<typeof NEIGHBOUR_PUSH>) => Promise<void>;
    readonly onAccepted: (stream: Stream) => void;
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
  },
): Promise<void> {
  const first = AbortSignal.any([init.signal, AbortSignal.timeout(init.timeoutMs)]);
  const stream = await connection.newStream([NEIGHBOUR_PROTOCOL], { signal: first });
  try {
    const frames = lpStream(stream, {
      maxDataLength: FRAME_MAX_BYTES,
      maxBufferSize: (NEIGHBOUR_PUSHES_UNREAD + 1) * (FRAME_MAX_BYTES + PREFIX_MAX_BYTES),
    });
    await frames.write(NEIGHBOUR_HELLO.encode({ descriptor }), { signal: first });
    for (let signal = first; ; signal = init.signal) {
      const push = NEIGHBOUR_PUSH.decode((await frames.read({ signal })).subarray());
      if (push === undefined) throw new MalformedPush('a push that cannot be read');
      if (signal === first) init.onAccepted(stream);
      await init.take(push);
      await frames.write(ANSWER, { signal: init.signal });
    }
  } catch (error) {
    stream.abort(error instanceof Error ? error : new Error('ended'));
    throw error;
  }
}
