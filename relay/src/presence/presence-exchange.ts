import { setTimeout as delay } from 'node:timers/promises';
import { toHex } from '#lib/domain/bytes.ts';
import { deviceKeyOf } from '#lib/protocol/key-text.ts';
import type { NEIGHBOUR_PUSH, PublishedPresence } from '#lib/protocol/neighbour.ts';
import { PRESENCE_ENVELOPE } from '#lib/protocol/presence-record.ts';
import type { Of } from '#lib/protocol/struct.ts';
import {
  DESCRIPTORS_FORWARDED_PER_MINUTE,
  NEIGHBOUR_RECORDS_PER_MINUTE,
} from '../limits/limits.ts';
import type { Directory } from '../neighbours/directory.ts';
import type { Metrics } from '../http/metrics.ts';
import { MalformedPush } from '../neighbours/neighbour-streams.ts';
import { isProven } from './presence-proof.ts';
import type { PresenceStore, StoredPresence } from './presence-store.ts';
import { createRateLimit } from '../limits/rate-limit.ts';

/** How long to wait for the next record's turn, ms. */
const TURN_MS = 50;

/**
 * Takes what a neighbour pushes: records and descriptors, by the signature of their publisher under the same rules as
 * gossip, and departures, by nothing but its word. Each is news once, so that what goes round in a ring comes to rest.
 */
export function createPresenceExchange(init: {
  readonly store: Pick<PresenceStore, 'put' | 'get' | 'leave'>;
  readonly directory: Pick<Directory, 'take'>;
  readonly metrics: Pick<Metrics, 'presence' | 'descriptors'>;
  readonly topic: string;
  readonly isConnected: (peer: string) => boolean;
  readonly onKept: (record: StoredPresence) => void;
  readonly onLeft: (record: StoredPresence, source: string) => void;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
}): (push: Of<typeof NEIGHBOUR_PUSH>, source: string) => Promise<void> {
  const { store } = init;
  const turns = createRateLimit({ perMinute: NEIGHBOUR_RECORDS_PER_MINUTE, now: init.now });

  const descriptors = createRateLimit({
    perMinute: DESCRIPTORS_FORWARDED_PER_MINUTE,
    now: init.now,
  });

  const takeRecord = async (record: PublishedPresence, source: string): Promise<void> => {
    const envelope = PRESENCE_ENVELOPE.decode(record.envelope);
    if (envelope === undefined) throw new MalformedPush('not a record');
    const publisher = deviceKeyOf(record.publisher);
    const known = store.get(toHex(envelope.tag), publisher);
    if (known !== undefined && known.expires >= envelope.expires) return;
    if (!(await isProven(record, init.topic))) throw new MalformedPush('not signed');
    const { seqno, signature } = record;
    const outcome = store.put(record.envelope, publisher, source, { seqno, signature });
    init.metrics.presence.inc({ outcome });
    const kept = outcome === 'kept' ? store.get(toHex(envelope.tag), publisher) : undefined;
    if (kept !== undefined) init.onKept(kept);
  };

  return async (push, source) => {
    for (const record of push.records) {
      while (!turns.take(source)) await delay(TURN_MS);
      await takeRecord(record, source);
    }
    for (const sealed of push.relays) {
      while (!descriptors.take(source)) await delay(TURN_MS);
      const outcome = await init.directory.take(sealed, undefined, source);
      init.metrics.descriptors.inc({ outcome });
    }
    for (const { tag, publisher, expires } of push.left) {
      const peer = deviceKeyOf(publisher);
      // Whoever is here has not left, whatever another relay has lost.
      if (init.isConnected(peer) || !store.leave(toHex(tag), peer, expires)) continue;
      const record = store.get(toHex(tag), peer);
      if (record !== undefined) init.onLeft(record, source);
    }
  };
}
