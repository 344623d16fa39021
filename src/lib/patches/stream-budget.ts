import { createBucket } from '#lib/domain/bucket.ts';
import { insideOf } from './inside.ts';
import { liftHandshakeLimit, limitProposals } from './negotiation-limit.ts';
import type { ProposedStream } from './negotiation-limit.ts';

/**
 * What one connection may make the other side do by frames alone. A limit of streams that are open at once is none:
 * a stream that is opened and reset at once costs its sender 24 bytes and the receiver a hundred microseconds, and is
 * never counted (in HTTP/2 this was CVE-2023-44487). So openings are counted by themselves, and so is every frame that
 * carries next to nothing. Whoever is over its budget loses the connection, at that very frame.
 *
 * `@libp2p/yamux` 8 has no such limit, nor one for the length that a frame announces: it would gather 4 GiB of it.
 */

/** Streams that one connection may open at once, and in a second: an app that starts opens some twenty. */
export const STREAMS_AT_ONCE = 64;
const STREAMS_PER_SECOND = 20;
/**
 * Frames with next to nothing in them, at once and in a second. A stream of one request has some six, a bulk transfer
 * few; between relays every push is acknowledged, and at most a thousand records a second come in pushes of eight.
 */
export const SMALL_FRAMES_AT_ONCE = 2_048;
export const SMALL_FRAMES_PER_SECOND = 500;
/** What next to nothing is, bytes. */
const SMALL_FRAME_BYTES = 128;
/** The receive window of a stream and its maximum (yamux specification); not grown, so that its memory is bounded. */
export const STREAM_WINDOW_BYTES = 256 * 1024;
/** The header of a frame (yamux specification), and what Noise adds to a message. */
const HEADER_BYTES = 12;
const NOISE_TAG_BYTES = 16;
const SYN = 1;
const PING = 2;

interface Frame {
  readonly header: {
    readonly type: number;
    readonly flag: number;
    readonly streamID: number;
    readonly length: number;
  };
}

interface Muxer {
  readonly streams: { readonly length: number };
  onRemoteStream(stream: ProposedStream): void;
  abort(error: Error): void;
}

/** What is used of yamux. */
interface Yamux extends Muxer {
  onData(data: unknown): void;
  handleFrame(frame: Frame): void;
  readonly decoder: { readonly buffer: { readonly byteLength: number } };
}

/** What is used of the connection that yamux stands on, which Noise has encrypted. */
interface Encrypted {
  /** What it has encrypted. */
  readonly stream: object;
  decrypt(message: { readonly byteLength: number }): unknown;
}

/** What a connection did too much of. */
export type Excess = 'streams' | 'frames' | 'frame-length' | 'proposals';

export interface Budget {
  /** A clock that never goes back, ms. */
  readonly now: () => number;
  readonly onExcess?: (excess: Excess) => void;
}

interface MuxerFactory<On, Made extends Muxer> {
  createStreamMuxer(connection: On): Made;
}

/** Has `lead` lead each muxer that a factory makes. */
function eachMuxer<On, Made extends Muxer>(
  muxers: MuxerFactory<On, Made>,
  lead: (muxer: Made, connection: On) => void,
): void {
  const create = muxers.createStreamMuxer.bind(muxers);
  muxers.createStreamMuxer = (connection) => {
    const muxer = create(connection);
    lead(muxer, connection);
    return muxer;
  };
}

const openings = (now: () => number) =>
  createBucket({ most: STREAMS_AT_ONCE, perSecond: STREAMS_PER_SECOND, now });

/** Holds the connections of a yamux factory to their budgets. */
export function withStreamBudget<Factory extends object>(
  factory: Factory,
  { now, onExcess }: Budget,
): Factory {
  /** What is thrown while data is read ends the connection. */
  const over = (excess: Excess): Error => {
    onExcess?.(excess);
    return new Error(`over the budget of a connection: ${excess}`);
  };
  const muxers = factory as unknown as MuxerFactory<Encrypted, Yamux>;
  eachMuxer(muxers, (muxer, connection) => {
    const streams = openings(now);
    const small = createBucket({
      most: SMALL_FRAMES_AT_ONCE,
      perSecond: SMALL_FRAMES_PER_SECOND,
      now,
    });
    insideOf('yamux-frames', muxer);
    insideOf('noise-frames', connection);
    liftHandshakeLimit(connection.stream);
    const [onData, handleFrame, onRemoteStream, decrypt] = [
      muxer.onData.bind(muxer),
      muxer.handleFrame.bind(muxer),
      muxer.onRemoteStream.bind(muxer),
      connection.decrypt.bind(connection),
    ];
    connection.decrypt = (message) => {
      // Less than a header: it is decrypted for nothing.
      if (message.byteLength < NOISE_TAG_BYTES + HEADER_BYTES && !small.take())
        throw over('frames');
      return decrypt(message);
    };
    muxer.handleFrame = (frame) => {
      const { type, flag, streamID, length } = frame.header;
      if (streamID !== 0 && (flag & SYN) !== 0 && !streams.take()) throw over('streams');
      // The length of a ping is its name.
      if ((type === PING || length < SMALL_FRAME_BYTES) && !small.take()) throw over('frames');
      handleFrame(frame);
    };
    muxer.onData = (data) => {
      onData(data);
      // Whole frames are gone: what is left is one that has not come yet.
      const left = muxer.decoder.buffer.byteLength;
      if (left > STREAM_WINDOW_BYTES + HEADER_BYTES) throw over('frame-length');
    };
    muxer.onRemoteStream = (stream) => {
      limitProposals(stream, () => onExcess?.('proposals'));
      onRemoteStream(stream);
    };
  });
  return factory;
}

/** The same for the streams of a WebRTC connection, which are data channels: there are no frames to be counted. */
export function withChannelBudget(factory: object, { now, onExcess }: Budget): void {
  const muxers = factory as MuxerFactory<{ abort(error: Error): void }, Muxer>;
  eachMuxer(muxers, (muxer, connection) => {
    insideOf('data-channels', muxer);
    const streams = openings(now);
    const onRemoteStream = muxer.onRemoteStream.bind(muxer);
    muxer.onRemoteStream = (stream) => {
      limitProposals(stream, () => onExcess?.('proposals'));
      onRemoteStream(stream);
      if (streams.take() && muxer.streams.length <= STREAMS_AT_ONCE) return;
      onExcess?.('streams');
      const error = new Error('over the budget of a connection: streams');
      muxer.abort(error);
      connection.abort(error);
    };
  });
}
