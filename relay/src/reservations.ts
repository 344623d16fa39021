import type { CircuitRelayService, RelayReservation } from '@libp2p/circuit-relay-v2';
import type { Libp2pEvents, PeerId, TypedEventTarget } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { AddressLimits } from './address-limits.ts';
import type { Metrics } from './metrics.ts';
import { limitKey } from './remote-address.ts';

/** What is used of the package's store; {@link guardReservations} checks that it is there. */
interface PackageStore {
  reserve(peer: PeerId, address: Multiaddr, limit?: unknown): { status: string; expire?: number };
}

/** The IP address a multiaddr begins with. */
const hostOf = (address: Multiaddr): string => address.getComponents()[0]?.value ?? '';

/**
 * Adds to the reservations of circuit relay v2 what the package lacks: a limit per address, answered with
 * RESERVATION_REFUSED so that the peer goes to the next relay, and slots that are free again once a peer is gone
 * (the package holds them for their whole lifetime).
 */
export function guardReservations(
  relay: CircuitRelayService,
  events: TypedEventTarget<Libp2pEvents>,
  init: {
    readonly limits: AddressLimits;
    readonly reservationsPerAddress: number;
    readonly metrics: Metrics;
  },
): void {
  const { metrics } = init;
  const store = (relay as unknown as { reservationStore?: PackageStore }).reservationStore;
  if (typeof store?.reserve !== 'function') {
    throw new Error('@libp2p/circuit-relay-v2 has changed: reservations can no longer be limited');
  }
  const reserve = store.reserve.bind(store);
  const keys = new WeakMap<RelayReservation, string>();

  store.reserve = (peer, address, limit) => {
    const host = hostOf(address);
    const key = limitKey(host);
    if (!relay.reservations.has(peer) && !init.limits.isExempt(host)) {
      let held = 0;
      for (const reservation of relay.reservations.values())
        if (keys.get(reservation) === key) held += 1;
      if (held >= init.reservationsPerAddress) {
        metrics.reservationsRefused.inc({ reason: 'too-many-of-address' });
        return { status: 'RESERVATION_REFUSED' };
      }
    }
    const answer = reserve(peer, address, limit);
    const reservation = relay.reservations.get(peer);
    if (answer.status !== 'OK') metrics.reservationsRefused.inc({ reason: 'full' });
    else {
      metrics.reservationsTaken.inc();
      if (reservation !== undefined) keys.set(reservation, key);
    }
    return answer;
  };

  events.addEventListener('peer:disconnect', ({ detail: peer }) => {
    // Its timer would otherwise run on and delete the reservation that the same peer makes later.
    relay.reservations.get(peer)?.signal.clear();
    relay.reservations.delete(peer);
  });
}
