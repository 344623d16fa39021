import { insideOf } from './inside.ts';

/**
 * Negotiation of a protocol without waiting for the answer (multistream-select, which other libp2ps call "lazy"): who
 * opens with the one protocol that it speaks goes on at once, and the answer is compared when it comes. It saves a round
 * trip, which counts twice over a circuit. https://github.com/multiformats/multistream-select
 *
 * `@libp2p/multistream-select` 7 always waits. So it is given the answer that is expected, and the peer's own is taken
 * out of what arrives. That such a stream is open says nothing about the other side, so it is only for protocols in which
 * the first message is answered, and for connections on which the peer was heard just now.
 */

/** A libp2p message stream, as far as it is needed here. */
export interface NegotiatedStream {
  /** Called with what arrives, in order. */
  onData(data: { subarray(): Uint8Array }): void;
  /** Does nothing to a stream that has ended. */
  abort(error: Error): void;
}

/** What a stream is opened with. */
export interface StreamOptions {
  /** The one protocol that it is for, if there is only one. */
  readonly protocol?: string | undefined;
  /** Whether it is opened so, whatever the protocol. */
  readonly optimistic?: boolean;
}

interface MuxerFactory {
  createStreamMuxer(connection: unknown): {
    createStream(options?: StreamOptions): Promise<NegotiatedStream>;
  };
}

const HEADER = '/multistream/1.0.0';
/** How long the peer's answer may take, ms: nobody else waits for it, and without it the stream would stay for good. */
const ANSWER_MOST_MS = 15_000;

/**
 * To be called when the stream has been opened, and nothing was written or read.
 *
 * @param mostMs how long the peer's answer may take
 */
export function negotiateOptimistically(
  stream: NegotiatedStream,
  protocol: string,
  mostMs = ANSWER_MOST_MS,
): void {
  const expected = new Uint8Array([...message(HEADER), ...message(protocol)]);
  stream.onData(expected);
  const onData = stream.onData.bind(stream);
  let matched = 0;
  AbortSignal.timeout(mostMs).addEventListener('abort', () => {
    if (matched < expected.length)
      stream.abort(new Error(`the peer does not say whether it speaks ${protocol}`));
  });
  stream.onData = (data) => {
    const bytes = data.subarray();
    const answer = bytes.subarray(0, expected.length - matched);
    if (!answer.every((byte, index) => byte === expected[matched + index])) {
      stream.onData = () => undefined;
      stream.abort(new Error(`the peer does not speak ${protocol}`));
      return;
    }
    matched += answer.length;
    if (matched < expected.length) return;
    stream.onData = onData;
    if (bytes.length > answer.length) onData(bytes.subarray(answer.length));
  };
}

/** Makes the muxers of a factory open streams so: those of some protocols, and those that are asked for. */
export function withOptimisticStreams<Factory extends object>(
  factory: Factory,
  protocols: readonly string[],
): Factory {
  const muxers = insideOf<MuxerFactory>('optimistic-streams', factory);
  const createStreamMuxer = muxers.createStreamMuxer.bind(factory);
  muxers.createStreamMuxer = (connection) => {
    const muxer = createStreamMuxer(connection);
    const createStream = muxer.createStream.bind(muxer);
    muxer.createStream = async (options) => {
      const stream = await createStream(options);
      const protocol = options?.protocol;
      if (protocol !== undefined && (options?.optimistic === true || protocols.includes(protocol)))
        negotiateOptimistically(stream, protocol);
      return stream;
    };
    return muxer;
  };
  return factory;
}

/** One message of multistream-select: its length, its text, a line feed. */
function message(text: string): Uint8Array {
  const line = new TextEncoder().encode(`${text}\n`);
  // A length of two bytes begins at 128; no protocol of ours is that long.
  if (line.length > 127) throw new RangeError('the name of the protocol is too long');
  return new Uint8Array([line.length, ...line]);
}
