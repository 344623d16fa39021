import type { Stream } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import type { Bytes } from '#lib/domain/bytes.ts';
import type { DeviceKey } from '#lib/domain/ids.ts';
import type { FrameChannel } from '#lib/ports/peer-network.ts';
import { FRAME_MAX_BYTES } from '#lib/protocol/limits.ts';

/** Frames kept for a listener that has not come yet, or for a stream that does not drain. */
const QUEUE_MAX = 256;

/** A libp2p stream of length-prefixed frames. A frame above the limit, or a queue above its own, ends it. */
export function frameChannel(
  stream: Stream,
  device: DeviceKey,
  way?: FrameChannel['way'],
): FrameChannel {
  const framed = lpStream(stream, { maxDataLength: FRAME_MAX_BYTES });
  const waiting: Bytes[] = [];
  let listener: Parameters<FrameChannel['listen']>[0] | undefined;
  let ended = false;
  let unsent = 0;
  let writing: Promise<void> = Promise.resolve();

  const end = (failure?: unknown): void => {
    if (ended) return;
    ended = true;
    if (failure !== undefined) stream.abort(errorOf(failure));
    listener?.onClose();
  };

  const read = async (): Promise<void> => {
    while (!ended) {
      const frame = (await framed.read()).slice();
      if (listener !== undefined) listener.onFrame(frame);
      else if (waiting.push(frame) > QUEUE_MAX)
        throw new Error('too many frames before a listener');
    }
  };
  read().catch(end);

  return {
    device,
    ...(way && { way }),
    send(frame) {
      if (ended) return;
      unsent += 1;
      if (unsent > QUEUE_MAX) {
        end(new Error('the stream does not drain'));
        return;
      }
      // The first of several goes at once: a RING does not wait for the screen that its press changes.
      const written = unsent === 1 ? framed.write(frame) : writing.then(() => framed.write(frame));
      writing = written.then(() => void (unsent -= 1), end);
    },
    listen(to) {
      listener = to;
      for (const frame of waiting.splice(0)) to.onFrame(frame);
      if (ended) to.onClose();
    },
    close() {
      if (ended) return;
      void writing
        .then(() => stream.close())
        .catch((failure: unknown) => {
          stream.abort(errorOf(failure));
        });
      end();
    },
  };
}

/** Whatever was thrown, as the error that a stream is aborted with. */
export function errorOf(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}
