/** Protocol IDs, topics and domain strings. The major version is in the name; a change of meaning changes it. */

export const CALL_PROTOCOL = '/woxly/call/2';
export const LOOKUP_PROTOCOL = '/woxly/lookup/1';
/** Watches of presence: the stream on which a relay pushes changes of the tags it was given. */
export const WATCH_PROTOCOL = '/woxly/presence/1';
/** Short-lived credentials of the relay's STUN and TURN server. */
export const TURN_PROTOCOL = '/woxly/turn/1';
/** Which relays a relay knows: one question, one answer. */
export const RELAYS_PROTOCOL = '/woxly/relays/1';
/** What relays tell each other beside gossip. */
export const NEIGHBOUR_PROTOCOL = '/woxly/neighbour/1';

/** The gossipsub topic of relay descriptors; the one topic that browsers subscribe to. */
export const RELAYS_TOPIC = '/woxly/relays/1';

/** The gossipsub topic of presence records. A network that grows too large for one may get more, by their last number. */
export const PRESENCE_TOPIC = '/woxly/presence/1/0';

/** What is signed or derived, so that bytes made for one purpose never serve another. */
export const DOMAIN = {
  certificate: 'woxly device certificate v1',
  deviceConsent: 'woxly device consent v1',
  deviceList: 'woxly device list v1',
  invite: 'woxly invite v1',
  presence: 'woxly presence v1',
  presenceTag: 'woxly presence tag v1',
  presenceKey: 'woxly presence key v1',
  relay: 'woxly relay descriptor v1',
  identity: 'woxly identity v1',
  safetyNumber: 'woxly safety number v1',
} as const;
