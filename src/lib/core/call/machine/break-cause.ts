import type { BreakCause } from '#lib/domain/call.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import type { OwnNetwork } from '#lib/domain/reasons.ts';
import type { OpenLeg } from '../leg/leg.ts';
import { hasMoved } from '../leg/repair.ts';
import { PEER_GONE_MS } from '../timing.ts';

/** Whose network broke a path. `unknown` if neither relay nor peer is to blame: the way between is broken, by whomever. */
export function causeOf(leg: OpenLeg, now: Milliseconds, own: OwnNetwork): BreakCause {
  if (own === 'down' || (own === 'unclear' && hasMoved(leg))) return 'own-network';
  const gone = !leg.link.open || now - leg.link.heardAt >= PEER_GONE_MS;
  // Where the one relay that we use is gone too, nothing is known of the peer.
  return gone && own === 'up' ? 'peer-network' : 'unknown';
}
