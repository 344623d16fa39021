/** Limits of the wire, shared by apps and relays. Sources: the protocol document; figures are bytes unless named. */

/** Any frame of a WOXLY protocol. */
export const FRAME_MAX_BYTES = 64 * 1024;
/** An Ed25519 public key (RFC 8032). */
export const PUBLIC_KEY_BYTES = 32;
/** An Ed25519 signature (RFC 8032). */
export const SIGNATURE_BYTES = 64;
export const CALL_ID_BYTES = 16;
/** A person's name on the wire, UTF-8. */
export const NAME_MAX_BYTES = 256;
/** A multiaddr as text. webrtc-direct with a certhash is about 150. */
export const MULTIADDR_MAX_BYTES = 512;
/** The longest life of a device certificate, ms: the year that they are made for, and some weeks. */
export const CERTIFICATE_TTL_MAX_MS = 400 * 86_400_000;
/** Devices of one person in a device list, an invite or a presence record. */
export const DEVICES_MAX = 8;
/** Relays named in an invite. */
export const INVITE_RELAYS_MAX = 3;
/** Relays named in a presence record. */
export const PRESENCE_RELAYS_MAX = 6;
/** A decoded invite. */
export const INVITE_MAX_BYTES = 2048;
/** What is read of a pasted key or link, in characters; more is refused unread. */
export const LINK_MAX_CHARACTERS = 4096;
/** A presence envelope as published: below gossipsub's 8 KiB a message. */
export const PRESENCE_MAX_BYTES = 6 * 1024;
export const PRESENCE_TAG_BYTES = 32;
/** How long a presence record lives, ms. */
export const PRESENCE_TTL_MS = 20 * 60_000;
/** How far a record's expiry may lie ahead of the relay's clock, ms: the lifetime and 5 min of drift. */
export const PRESENCE_MAX_AHEAD_MS = 25 * 60_000;
/** Records a relay keeps for a tag, one per publishing device. */
export const PRESENCE_PER_TAG = 4;
/** Tags in one lookup: three days of clock drift around a person's day. */
export const LOOKUP_TAGS_MAX = 8;
/** Records in one answer to a lookup. */
export const LOOKUP_RECORDS_MAX = LOOKUP_TAGS_MAX * PRESENCE_PER_TAG;
/** An SDP of a peer. */
export const SDP_MAX_BYTES = 16 * 1024;
/** One trickled ICE candidate line. */
export const CANDIDATE_MAX_BYTES = 512;
/** Candidates taken from a peer in one description, and as many trickled after it. */
export const CANDIDATES_MAX = 20;
/** How long a call rings, ms. A ring older than this is a missed call. */
export const RING_TTL_MS = 60_000;
/** How long an ended call's ID is remembered, ms: a late RING or a replay never rings. */
export const TOMBSTONE_MS = 120_000;
/** Addresses in a relay descriptor. */
export const RELAY_ADDRESSES_MAX = 8;
/** A relay's operator and version, UTF-8. */
export const OPERATOR_MAX_BYTES = 64;
export const VERSION_MAX_BYTES = 32;
/**
 * A relay descriptor as gossiped, signature included: room for the longest host name, operator and version that
 * are taken, and for a WebSocket and a WebRTC address of each IP family. A full answer about relays is a third of a frame.
 */
export const RELAY_DESCRIPTOR_MAX_BYTES = 640;
/** What a relay says of itself at `/relay.json`; an app reads no more of it. Eight long addresses are 4 KiB. */
export const RELAY_DESCRIPTION_MAX_BYTES = 16 * 1024;
/** How long a relay descriptor lives, ms. It is gossiped anew after a third of that. */
export const RELAY_DESCRIPTOR_TTL_MS = 30 * 60_000;
/** Tags of one watch: three days' tags of some 340 contacts, below the frame limit. */
export const WATCH_TAGS_MAX = 1024;
/** Records or tags in one push to a watcher. */
export const WATCH_PUSH_MAX = 8;
/** STUN and TURN addresses in one answer. */
export const TURN_URLS_MAX = 8;
export const TURN_URL_MAX_BYTES = 256;
/** How long TURN credentials serve, s. */
export const TURN_CREDENTIAL_SECONDS = 600;
/** Relays in one answer about relays, below a third of a frame. */
export const RELAY_LIST_MAX = 32;
/** A presence envelope with its tag, expiry and nonce. */
export const PRESENCE_ENVELOPE_MAX_BYTES = PRESENCE_MAX_BYTES + 128;
/** Presence records in one push between relays: 8 of the largest are below a frame. */
export const NEIGHBOUR_RECORDS_MAX = 8;
/** Relay descriptors in one push between relays, which then has no records. */
export const NEIGHBOUR_RELAYS_MAX = 8;
/** Departures in one push between relays, some 80 bytes each. */
export const NEIGHBOUR_LEFT_MAX = 64;
