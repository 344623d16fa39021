import type { CircuitRelayService, RelayReservation } from '@libp2p/circuit-relay-v2';
import type { Connection, Libp2pEvents, PeerId, TypedEventTarget } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { insideOf } from '#lib/patches/inside.ts';
import type { AddressLimits } from '../limits/address-limits.ts';
import type { Metrics } from '../http/metrics.ts';
import { hostOf } from '../limits/remote-address.ts';
import type { RelayOptions } from '../options/options.ts';
import { hasRoomToReserve } from './reservation-room.ts';
import { sharesOf } from '../limits/share.ts';
import type { Share } from '../limits/share.ts';

/** What is used of the package's store. */
interface PackageStore {
  reserve(peer: PeerId, address: Multiaddr, limit?: unknown): { status: string; expire?: number };
}

/**
 * Adds to the reservations of circuit relay v2 what the package lacks: a limit per address, answered with
 * RESERVATION_REFUSED so that the peer goes to the next relay; slots that are free again once a peer is gone (the
 * package holds them for their whole lifetime); and one connection for each peer that has a reservation. The package
 * hands circuits to a peer's oldest connection, which after an unclean drop is a dead one until a ping times out.
 */
export function guardReservations(
  relay: CircuitRelayService,
  events: TypedEventTarget<Libp2pEvents>,
  init: {
    readonly limits: AddressLimits;
    readonly options: Pick<RelayOptions, 'reservationsPerAddress' | 'maxReservations'>;
    readonly connectionsOf: (peer: PeerId) => readonly Connection[];
    readonly metrics: Metrics;
  },
): void {
  const { metrics, options } = init;
  const { reservationStore: store } = insideOf<{ readonly reservationStore: PackageStore }>(
    'given-reservations',
    relay,
  );
  const reserve = store.reserve.bind(store);
  const taken = new WeakMap<RelayReservation, readonly Share[]>();

  /** Cuts what a peer has open beside the connection over which it has just reserved. */
  const dropOthers = (peer: PeerId, address: Multiaddr): void => {
    const connections = [...init.connectionsOf(peer)];
    // The very object of the connection: two connections behind one proxy have equal addresses.
    const live = connections.find(({ remoteAddr }) => remoteAddr === address);
    if (live === undefined) return;
    for (const connection of connections) {
      if (connection === live) continue;
      metrics.connectionsReplaced.inc();
      connection.abort(new Error('the peer has reserved over another connection'));
    }
  };

  store.reserve = (peer, address, limit) => {
    const host = hostOf(address);
    const shares = sharesOf(host);
    if (!relay.reservations.has(peer) && !init.limits.isExempt(host)) {
      const others = [...relay.reservations.values()].map((held) => taken.get(held) ?? []);
      const room = { perAddress: options.reservationsPerAddress, most: options.maxReservations };
      if (others.length < room.most && !hasRoomToReserve(shares, others, room)) {
        metrics.reservationsRefused.inc({ reason: 'too-many-of-address' });
        return { status: 'RESERVATION_REFUSED' };
      }
    }
    const answer = reserve(peer, address, limit);
    const reservation = relay.reservations.get(peer);
    if (answer.status !== 'OK') metrics.reservationsRefused.inc({ reason: 'full' });
    else {
      metrics.reservationsTaken.inc();
      if (reservation !== undefined) taken.set(reservation, shares);
      dropOthers(peer, address);
    }
    return answer;
  };

  events.addEventListener('peer:disconnect', ({ detail: peer }) => {
    // Its timer would otherwise run on and delete the reservation that the same peer makes later.
    relay.reservations.get(peer)?.signal.clear();
    relay.reservations.delete(peer);
  });
}
