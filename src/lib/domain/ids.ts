declare const brand: unique symbol;
type Branded<Text extends string> = string & { readonly [brand]: Text };

/** A person: the libp2p peer ID text (`12D3KooW…`) of their Ed25519 identity key. What is shared and called. */
export type IdentityKey = Branded<'IdentityKey'>;

/** One device of a person: the libp2p peer ID text of its Ed25519 device key. What relays see. */
export type DeviceKey = Branded<'DeviceKey'>;

/** A relay: the libp2p peer ID text of its Ed25519 key. */
export type RelayId = Branded<'RelayId'>;

/** Where a relay is dialled: a multiaddr that ends in `/p2p/` and its {@link RelayId}. A relay may have several. */
export type RelayAddress = Branded<'RelayAddress'>;

/** One call: 128 random bits as 32 lower-case hexadecimal digits. */
export type CallId = Branded<'CallId'>;

/** A point in time: milliseconds since 1970-01-01 UTC. */
export type Milliseconds = number;
