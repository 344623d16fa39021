/** Fixed limits of the relay. What an operator may change is in `options.ts`; what the wire says is in `#lib/protocol`. */

/** One WebSocket frame. Noise messages are at most 64 KiB, yamux windows 256 KiB; 1 MiB leaves room for both. */
export const WEBSOCKET_FRAME_MAX_BYTES = 1024 * 1024;
/** What may wait to be read by one slow peer before its WebSocket is closed; a flood of pings would fill memory. */
export const WEBSOCKET_BACKLOG_MAX_BYTES = 4 * 1024 * 1024;
/** Yamux receive window and its maximum (yamux spec: 256 KiB); not grown, so that memory a stream is bounded. */
export const YAMUX_WINDOW_BYTES = 256 * 1024;
/** Streams that one connection may have open towards the relay (protocol document). */
export const YAMUX_INBOUND_STREAMS = 64;
/** Streams of one WOXLY protocol that a peer may have open (protocol document). */
export const PROTOCOL_INBOUND_STREAMS = 4;
/** How long a peer may take to send what it announced, ms (protocol document). */
export const READ_TIMEOUT_MS = 10_000;
/** How long a new connection may take until it is encrypted and multiplexed, ms. */
export const UPGRADE_TIMEOUT_MS = 10_000;
/** New connections that are being upgraded at once, over all addresses. The package's 10 lets one host block all. */
export const UPGRADES_MAX = 512;
/** WebRTC handshakes at once. Their source addresses can be forged, so that only a total limit holds. */
export const WEBRTC_HANDSHAKES_MAX = 64;
/** Hop streams (reservations and circuits) a connection; above the circuits of a source, so that it gets an answer. */
export const HOP_STREAMS_MAX = 32;
/**
 * Circuits that end at one peer. The package's 300 would let strangers fill a peer's connection: the app takes 64
 * streams over one, and 16 are left for everything else. It takes twelve addresses to fill them, see below.
 */
export const STOP_STREAMS_MAX = 48;
/**
 * Live circuits from one address (an IPv6 /64) to one peer. Two devices need one; people behind one NAT may call the
 * same person at once. Without it a host with a few peer IDs takes all of {@link STOP_STREAMS_MAX} and keeps them.
 */
export const CIRCUITS_PER_ADDRESS_TO_PEER = 4;
/** A reservation or circuit request with the addresses it may name; the package would take 4 MiB. */
export const HOP_REQUEST_MAX_BYTES = 4 * 1024;
/** TCP connections of one address beside its WebSockets: a browser opens six for pages. */
export const PAGE_SOCKETS_PER_ADDRESS = 32;
/** How long a connection may be silent in the middle of an answer, ms: who does not read is cut off. */
export const SOCKET_IDLE_MS = 60_000;
/** How often a silent peer is asked whether it is still there, ms; below the 60 s after which proxies hang up. */
export const PING_INTERVAL_MS = 30_000;
/** A lookup request: 8 tags of 34 bytes are 272. */
export const LOOKUP_REQUEST_MAX_BYTES = 1024;
/** A gossipsub message (protocol document). */
export const GOSSIP_MESSAGE_MAX_BYTES = 8 * 1024;
/** A gossipsub RPC: a few messages and their control part. */
export const GOSSIP_RPC_MAX_BYTES = 32 * 1024;
/** What gossipsub may queue for one slow peer. */
export const GOSSIP_BACKLOG_MAX_BYTES = 1024 * 1024;
/** How long the score of a peer that left is remembered, ms: a peer that misbehaved cannot wash it off at once. */
export const GOSSIP_SCORE_MEMORY_MS = 10 * 60_000;
/** Live presence records of one publisher: yesterday's, today's and tomorrow's tag, and one to spare. */
export const PRESENCE_PER_PUBLISHER = 4;
/** Live presence records that one connected peer handed over: more publishers than a browser has, too few to flood. */
export const PRESENCE_PER_SOURCE = 16;
/** What a presence record costs in memory beside its own bytes: maps, keys and array headers, measured roughly. */
export const PRESENCE_OVERHEAD_BYTES = 1024;
/** How often expired presence records and idle addresses are forgotten, ms. */
export const SWEEP_INTERVAL_MS = 30_000;
/** Time for peers to hear that the relay stops, ms; the whole stop stays below 2 s. */
export const STOP_GRACE_MS = 1_200;
