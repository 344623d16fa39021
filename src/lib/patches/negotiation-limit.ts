/**
 * Negotiation of a protocol (multistream-select) costs whoever answers: each proposal of three bytes is one answer, and
 * `@libp2p/multistream-select` 7 answers for as long as proposals come. A megabyte of them is seconds of work, before
 * anybody has said who they are. So whoever proposes too much is cut off; every peer of ours proposes one protocol.
 */

/** A libp2p message stream, as far as it is needed here. */
interface Answering {
  send(data: unknown): boolean;
  /** Does nothing to a stream that has ended. */
  abort(error: Error): void;
}

/** A stream that the other side has opened; its protocol is empty until both have agreed. */
export interface ProposedStream extends Answering {
  readonly protocol: string;
}

/** A connection that the other side has opened. */
export interface ProposedConnection extends Answering {
  /** Called with what arrives, in order. */
  onData(data: { readonly byteLength: number }): void;
}

/** Proposals that are answered: other libp2ps name a handful. */
const PROPOSALS_MAX = 8;
/** Answers to them on a stream: one to the header. */
const STREAM_ANSWERS_MAX = 1 + PROPOSALS_MAX;
/** Answers on a new connection: to a header each before and after it is encrypted, and one message of Noise. */
const CONNECTION_ANSWERS_MAX = 3 + PROPOSALS_MAX;
/**
 * What may come over a new connection, bytes: before our message of Noise, which is the third answer, a header, a
 * proposal and 32 bytes of Noise; after it the peer knows who we are, and may speak before we have looked at who it is.
 */
const BYTES_BEFORE_NOISE_MAX = 4 * 1024;
const BYTES_BEFORE_UPGRADE_MAX = 256 * 1024;
const ANSWERS_BEFORE_NOISE = 3;

/** Thrown as well: whoever answers has read more than it has looked at, and would go on. */
const tooMuch = (): Error => new Error('too much was proposed');

/** To be called when the stream has come, before it is answered. */
export function limitProposals(stream: ProposedStream, onExcess: () => void): void {
  if (stream.protocol !== '') return;
  const send = stream.send.bind(stream);
  let answers = 0;
  stream.send = (data) => {
    if (stream.protocol !== '') stream.send = send;
    else if ((answers += 1) > STREAM_ANSWERS_MAX) {
      onExcess();
      const error = tooMuch();
      stream.abort(error);
      throw error;
    }
    return send(data);
  };
}

/** Connections that are not yet upgraded, and what ends their limit. */
const lifts = new WeakMap<object, () => void>();

/** The same for a connection, until {@link liftHandshakeLimit}. */
export function limitHandshake(connection: ProposedConnection, onExcess: () => void): void {
  const send = connection.send.bind(connection);
  const onData = connection.onData.bind(connection);
  let answers = 0;
  let bytes = 0;
  lifts.set(connection, () => {
    connection.send = send;
    connection.onData = onData;
  });
  const end = (): Error => {
    connection.onData = () => undefined;
    onExcess();
    const error = tooMuch();
    connection.abort(error);
    return error;
  };
  connection.onData = (data) => {
    bytes += data.byteLength;
    const most = answers < ANSWERS_BEFORE_NOISE ? BYTES_BEFORE_NOISE_MAX : BYTES_BEFORE_UPGRADE_MAX;
    if (bytes > most) end();
    else onData(data);
  };
  connection.send = (data) => {
    answers += 1;
    if (answers <= CONNECTION_ANSWERS_MAX) return send(data);
    throw end();
  };
}

/** To be called when a connection is multiplexed: what came early is read at once. */
export function liftHandshakeLimit(connection: object): void {
  lifts.get(connection)?.();
  lifts.delete(connection);
}
