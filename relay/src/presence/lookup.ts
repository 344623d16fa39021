import type { Libp2p } from '@libp2p/interface';
import { LOOKUP_REQUEST, LOOKUP_RESPONSE } from '#lib/protocol/lookup.ts';
import { LOOKUP_PROTOCOL } from '#lib/protocol/names.ts';
import { LOOKUP_REQUEST_MAX_BYTES } from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import { serveOneAnswer } from '../one-answer.ts';
import type { PresenceStore } from './presence-store.ts';

/** Answers `/woxly/lookup/1`: the records that this relay has under some tags. */
export const serveLookups = (
  node: Libp2p,
  store: PresenceStore,
  metrics: Metrics,
  readTimeoutMs: number,
): Promise<void> =>
  serveOneAnswer(node, {
    protocol: LOOKUP_PROTOCOL,
    name: 'lookup',
    requestMaxBytes: LOOKUP_REQUEST_MAX_BYTES,
    readTimeoutMs,
    metrics,
    answer(bytes) {
      const request = LOOKUP_REQUEST.decode(bytes);
      if (request === undefined) return 'malformed';
      const records = store.find(request.tags);
      metrics.lookups.inc({ outcome: records.length === 0 ? 'empty' : 'found' });
      return LOOKUP_RESPONSE.encode({ records });
    },
  });
