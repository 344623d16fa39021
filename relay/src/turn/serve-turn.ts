import type { Connection, Libp2p } from '@libp2p/interface';
import { TURN_PROTOCOL } from '#lib/protocol/names.ts';
import { TURN_REQUEST, TURN_RESPONSE } from '#lib/protocol/turn.ts';
import type { AddressLimits } from '../limits/address-limits.ts';
import {
  TURN_ASKED_PER_ADDRESS,
  TURN_ASKED_PER_PEER,
  TURN_REQUEST_MAX_BYTES,
} from '../limits/limits.ts';
import type { Metrics } from '../http/metrics.ts';
import { serveOneAnswer } from '../one-answer.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import { hostOf } from '../limits/remote-address.ts';
import { sharesOf } from '../limits/share.ts';
import { createTurnGuests } from './turn-guests.ts';
import type { TurnServer } from './turn-server.ts';

/**
 * Answers `/woxly/turn/1`: credentials for the device that asks, over a connection of its own, with the quota of its
 * address. Call the result now and then: it forgets who has not asked for a while.
 */
export async function serveTurn(
  node: Libp2p,
  turn: TurnServer,
  init: {
    readonly metrics: Metrics;
    readonly limits: Pick<AddressLimits, 'isExempt'>;
    readonly readTimeoutMs: number;
    /** A clock that never goes back, ms. */
    readonly now: () => number;
    /** The wall clock, ms since 1970. */
    readonly time: () => number;
  },
): Promise<() => void> {
  const { metrics, limits, readTimeoutMs, time } = init;
  const perPeer = createRateLimit({ perMinute: TURN_ASKED_PER_PEER, now: init.now });
  const perAddress = createRateLimit({ perMinute: TURN_ASKED_PER_ADDRESS, now: init.now });
  const guests = createTurnGuests(init.now);

  /** Whose quota it is: keys of devices cost nothing, so that it is that of the address, the widest block of it. */
  const quotaOf = ({ remotePeer, remoteAddr }: Connection): string => {
    const host = hostOf(remoteAddr);
    if (limits.isExempt(host)) return remotePeer.toString();
    return turn.nameOf(sharesOf(host).at(-1)?.key ?? host);
  };
  const mayAsk = ({ remotePeer, remoteAddr }: Connection): boolean => {
    const host = hostOf(remoteAddr);
    if (!perPeer.take(remotePeer.toString())) return false;
    return limits.isExempt(host) || perAddress.take(sharesOf(host));
  };

  await serveOneAnswer(node, {
    protocol: TURN_PROTOCOL,
    name: 'turn',
    metrics,
    readTimeoutMs,
    requestMaxBytes: TURN_REQUEST_MAX_BYTES,
    answer(bytes, connection) {
      if (TURN_REQUEST.decode(bytes) === undefined) return 'malformed';
      if (!mayAsk(connection)) {
        metrics.turnAsked.inc({ outcome: 'too-often' });
        return 'too-often';
      }
      const { urls } = turn;
      const isThere = urls.length > 0;
      const isGiven = isThere && guests.take(connection.remotePeer.toString(), turn.isScarce);
      metrics.turnAsked.inc({ outcome: isGiven ? 'given' : isThere ? 'reserved' : 'none' });
      if (!isGiven) return TURN_RESPONSE.encode({ urls: [], seconds: 0, now: time() });
      const credentials = turn.credentials(quotaOf(connection));
      return TURN_RESPONSE.encode({ urls, ...credentials, now: time() });
    },
  });
  return () => {
    perPeer.sweep();
    perAddress.sweep();
    guests.sweep();
  };
}
