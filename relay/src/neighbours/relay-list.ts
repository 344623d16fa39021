import type { Libp2p } from '@libp2p/interface';
import type { Bytes } from '#lib/domain/bytes.ts';
import { RELAYS_PROTOCOL } from '#lib/protocol/names.ts';
import { RELAY_LIST, RELAY_LIST_REQUEST } from '#lib/protocol/relay-list.ts';
import { RELAYS_REQUEST_MAX_BYTES } from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import { serveOneAnswer } from '../one-answer.ts';

/** Answers `/woxly/relays/1`: the relays that this relay knows, itself first. */
export const serveRelayList = (
  node: Libp2p,
  descriptors: () => readonly Bytes[],
  metrics: Metrics,
  readTimeoutMs: number,
): Promise<void> =>
  serveOneAnswer(node, {
    protocol: RELAYS_PROTOCOL,
    name: 'relays',
    requestMaxBytes: RELAYS_REQUEST_MAX_BYTES,
    readTimeoutMs,
    metrics,
    answer: (bytes) =>
      RELAY_LIST_REQUEST.decode(bytes) === undefined
        ? 'malformed'
        : RELAY_LIST.encode({ descriptors: descriptors() }),
  });
