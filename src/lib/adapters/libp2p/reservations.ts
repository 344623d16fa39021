import type { PeerId, PeerStore } from '@libp2p/interface';

/**
 * How often a reservation is made anew, ms. Relays say when one ends by their own clock, which tells nothing where theirs
 * or ours is wrong, and never how long it lasts: half an hour at WOXLY's relays, an hour at others'.
 */
const RENEW_MS = 10 * 60_000;
/** What a reservation is taken to last from when it was made, ms: below ten minutes more libp2p renews it when asked. */
const LIFE_MS = RENEW_MS + 5 * 60_000;

/** What libp2p keeps of a reservation; it stops the timer when the reservation ends. */
interface ReservationEntry {
  timeout: ReturnType<typeof setTimeout>;
  readonly reservation: { expire: bigint };
}

/** The part of the circuit relay transport's reservation store that the network uses. */
export interface ReservationBook {
  addRelay(relay: PeerId, type: 'configured'): Promise<unknown>;
  hasReservation(relay: PeerId): boolean;
  addEventListener(
    name: 'relay:removed',
    run: (event: CustomEvent<{ relay: PeerId }>) => void,
  ): void;
  addEventListener(
    name: 'relay:created-reservation',
    run: (event: CustomEvent<{ relay: PeerId; details: ReservationEntry }>) => void,
  ): void;
}

/**
 * Renews reservations at a steady pace, whatever the clocks of device and relay say. libp2p compares the two
 * (circuit-relay-v2 4.2.13, `transport/reservation-store.ts`): with a device half an hour ahead it renews every
 * reservation twice a minute, and one of a device that is behind only after it has ended.
 */
export function renewByPace(reservations: ReservationBook): void {
  reservations.addEventListener('relay:created-reservation', ({ detail: { relay, details } }) => {
    details.reservation.expire = BigInt(Math.floor((Date.now() + LIFE_MS) / 1_000));
    clearTimeout(details.timeout);
    details.timeout = setTimeout(() => {
      // One that cannot be renewed is taken out by libp2p, and heard of as lost.
      reservations.addRelay(relay, 'configured').catch(() => undefined);
    }, RENEW_MS);
  });
}

/**
 * Lets the tags of peers last until they are taken off. The one of a relay would end when its reservation does by the
 * relay's clock, and an end in the past is an error that drops the reservation; whatever ends here is taken off by whoever
 * set it.
 */
export function keepTags(peerStore: Pick<PeerStore, 'merge'>): void {
  const merge = peerStore.merge.bind(peerStore);
  peerStore.merge = (peer, { tags, ...data }, options) => {
    if (tags === undefined) return merge(peer, data, options);
    const given = tags instanceof Map ? [...tags] : Object.entries(tags);
    const lasting = given.map(([name, tag]) => [name, tag && { value: tag.value ?? 0 }] as const);
    return merge(peer, { ...data, tags: new Map(lasting) }, options);
  };
}
