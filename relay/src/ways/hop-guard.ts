import type { CircuitRelayService } from '@libp2p/circuit-relay-v2';
import type { Connection, Stream, StreamMessageEvent } from '@libp2p/interface';
import { insideOf } from '#lib/patches/inside.ts';
import type { CircuitSlots } from './circuit-slots.ts';
import { HOP_REQUEST_MAX_BYTES } from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';

/** What is used of the package's server. */
interface PackageServer {
  onHop(stream: Stream, connection: Connection): Promise<void>;
}

/**
 * Caps what a peer may send before the relay has answered its reservation or circuit request. The package would
 * buffer 4 MiB for each of a connection's streams. Circuits take their slots. To be called before the node starts.
 */
export function guardHopRequests(
  relay: CircuitRelayService,
  metrics: Metrics,
  circuits: CircuitSlots,
): void {
  circuits.guard(relay);
  const server = insideOf<PackageServer>('hop-requests', relay);
  const onHop = server.onHop.bind(server);
  server.onHop = (stream, connection) => {
    let received = 0;
    const onMessage = ({ data }: StreamMessageEvent): void => {
      received += data.byteLength;
      if (received <= HOP_REQUEST_MAX_BYTES) return;
      stream.removeEventListener('message', onMessage);
      metrics.streamsDropped.inc({ protocol: 'hop', reason: 'oversized' });
      stream.abort(new Error('the request is too long'));
    };
    stream.addEventListener('message', onMessage);
    const send = stream.send.bind(stream);
    stream.send = (data) => {
      // The answer is out: what comes from now on is the circuit's, which has limits of its own.
      stream.removeEventListener('message', onMessage);
      stream.send = send;
      return send(data);
    };
    return circuits.during(stream, connection, () => onHop(stream, connection));
  };
}
