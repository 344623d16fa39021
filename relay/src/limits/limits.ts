/**
 * Fixed limits of the relay. What an operator may change is in `options.ts`; what the wire says is in `#lib/protocol`.
 * What one address is, `share.ts` says.
 */

/** One WebSocket frame. Noise messages are at most 64 KiB, yamux windows 256 KiB; 1 MiB leaves room for both. */
export const WEBSOCKET_FRAME_MAX_BYTES = 1024 * 1024;
/** What may wait to be read by one slow peer before its WebSocket is closed; a flood of pings would fill memory. */
export const WEBSOCKET_BACKLOG_MAX_BYTES = 4 * 1024 * 1024;
/** Streams that one connection may have open towards the relay (protocol document). */
export const YAMUX_INBOUND_STREAMS = 64;
/** Streams of one WOXLY protocol that a peer may have open (protocol document). */
export const PROTOCOL_INBOUND_STREAMS = 4;
/** How long a peer may take to send what it announced, ms (protocol document). */
export const READ_TIMEOUT_MS = 10_000;
/** How long a new connection may take until it is encrypted and multiplexed, ms. */
export const UPGRADE_TIMEOUT_MS = 10_000;
/** What a handshake takes of this relay's CPU, ms. */
export const HANDSHAKE_MS = 10;
/** WebSocket pings of one connection, at once and in a second: proxies send some. */
export const WEBSOCKET_PINGS_AT_ONCE = 16;
export const WEBSOCKET_PINGS_PER_SECOND = 1;
/** New connections that are being upgraded at once, over all addresses. The package's 10 lets one host block all. */
export const UPGRADES_MAX = 512;
/**
 * New WebSockets that are taken at once, and a second, over all addresses: what one core can do, a handshake costs 10 ms.
 * While the event loop is later than this, ms, it is more than this relay can do, and few are taken.
 */
export const ACCEPTED_AT_ONCE = 128;
export const ACCEPTED_PER_SECOND = 100;
export const ACCEPTED_WHEN_LATE = 10;
export const ACCEPT_LATE_MS = 250;
/** How often it is looked whether it is late, ms. */
export const ACCEPT_TICK_MS = 50;
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
 * Live circuits from one address to one peer. Two devices need one; people behind one NAT may call the
 * same person at once. Without it a host with a few peer IDs takes all of {@link STOP_STREAMS_MAX} and keeps them.
 */
export const CIRCUITS_PER_ADDRESS_TO_PEER = 4;
/** Reservations that an address may hold however full the relay is: a family with its devices. */
export const RESERVATIONS_ALWAYS = 8;
/** Share of the free reservations that one address may hold: of 1,000, mobile networks with 111 people behind one. */
export const RESERVATIONS_FREE_SHARE = 1 / 8;
/**
 * Circuits asked for from one address, or by one peer, to one and the same peer: at once, and in a minute. Who calls asks
 * for one, and for one every few seconds while a call's path is broken. One that is opened and dropped takes no slot
 * for long, and costs who is called a handshake each time.
 */
export const CIRCUITS_ASKED_AT_ONCE = 16;
export const CIRCUITS_ASKED_PER_MINUTE = 60;
/** The same to one peer from everywhere: below what a peer takes of streams from its relay (`stream-budget.ts`). */
export const CIRCUITS_TO_PEER_AT_ONCE = 32;
export const CIRCUITS_TO_PEER_PER_MINUTE = 600;
/**
 * Who asks for so few to a peer asks seldom, as who calls does: half of what one peer gets is kept for them, so that many
 * who ask on and on do not hold up a call.
 */
export const CIRCUITS_SELDOM_AT_ONCE = 2;
export const CIRCUITS_SELDOM_PER_MINUTE = 4;
/**
 * CPU time of this relay that one address may use at once, and in a second, ms; one peer half as much. A page that loads
 * takes some 30, one that stays not one a second; a house of 32 that all load at once is half of it.
 */
export const CPU_MS_AT_ONCE = 2_000;
export const CPU_MS_PER_SECOND = 50;
export const CPU_PEER_SHARE = 0.5;
/** How many times as much a relay that shares presence may use: over its connection comes what thousands say. */
export const CPU_NEIGHBOUR_TIMES = 10;
/** A reservation or circuit request with the addresses it may name; the package would take 4 MiB. */
export const HOP_REQUEST_MAX_BYTES = 4 * 1024;
/** TCP connections of one address beside its WebSockets: a browser opens six for pages. */
export const PAGE_SOCKETS_PER_ADDRESS = 32;
/** TCP connections beside the WebSockets, of all addresses together. */
export const PAGE_SOCKETS_MAX = 1_000;
/** Above this share of all connections none is kept that only waits for another request. */
export const IDLE_SOCKETS_KEPT_SHARE = 0.75;
/**
 * Requests of one address a minute, for each WebSocket that it may open in a minute: opening the app takes some thirty
 * files, once, and people behind one address may do so together. By default 2,400 are 40 a second, a hundredth of a core.
 */
export const HTTP_REQUESTS_PER_CONNECTION = 80;
/** What a new TCP connection takes of that, in requests: 64 KiB of it are read before it can be cut. */
export const SOCKET_COSTS_REQUESTS = 10;
/** What is parsed of a connection before it is looked at whether it was cut, bytes: some 30 of the shortest requests. */
export const PARSED_AT_ONCE_BYTES = 1024;
/** Requests that may wait behind the one that is being answered. Browsers send none before the answer. */
export const PIPELINED_REQUESTS_MAX = 8;
/** Requests over one TCP connection, so that it draws on the limit for new ones now and then. */
export const REQUESTS_PER_SOCKET = 1_000;
/**
 * How long a TCP connection without a request is kept, ms: whoever opens the app does not connect anew for its later
 * parts, and a proxy, which keeps its own for 60 s, never sends into one that is being closed.
 */
export const KEEP_ALIVE_MS = 65_000;
/** How long a connection may be silent in the middle of an answer, ms: who does not read is cut off. */
export const SOCKET_IDLE_MS = 60_000;
/** How often a silent peer is asked whether it is still there, ms; below the 60 s after which proxies hang up. */
export const PING_INTERVAL_MS = 30_000;
/** A lookup request: 8 tags of 34 bytes are 272. */
export const LOOKUP_REQUEST_MAX_BYTES = 1024;
/** A request for TURN credentials: an empty struct, and room for fields to come. */
export const TURN_REQUEST_MAX_BYTES = 256;
/** TURN credentials that one peer may ask for in a minute. One lasts ten; reloads and tests of the person add some. */
export const TURN_ASKED_PER_PEER = 10;
/** The same of one address: new peer IDs cost nothing. */
export const TURN_ASKED_PER_ADDRESS = 60;
/** Share of all TURN allocations that is kept for devices which have asked for credentials for a while. */
export const TURN_RESERVE_SHARE = 0.25;
/** How long that is, ms: one life of credentials. */
export const TURN_KNOWN_AFTER_MS = 10 * 60_000;
/** How long a device is remembered that does not ask, ms: people come back after a break. */
export const TURN_KNOWN_FOR_MS = 60 * 60_000;
/** Devices remembered for that, some 100 bytes each. */
export const TURN_KNOWN_MAX = 10_000;
/** A question for relays: empty now, with room for what a later version may ask. */
export const RELAYS_REQUEST_MAX_BYTES = 256;
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
/**
 * Of a tag's four places, those that one source may fill, and all who forward together: a lying relay that fills a
 * tag leaves two, and several together leave one, for who comes in person.
 */
export const PRESENCE_PER_TAG_OF_SOURCE = 2;
export const PRESENCE_PER_TAG_FORWARDED = 3;
/**
 * Share of the presence memory that one address may fill with its own peers' records, those that have left included: of
 * 64 MiB 1 MiB, some 300 people behind one NAT. And what it may fill however small the memory is.
 */
export const PRESENCE_OF_ADDRESS_SHARE = 1 / 64;
export const PRESENCE_OF_ADDRESS_LEAST_BYTES = 64 * 1024;
/** How long it counts what the records of an address said of its clock, ms: longer than between two of one peer. */
export const CLOCK_WINDOW_MS = 30 * 60_000;
/** Addresses that are remembered for it. */
export const CLOCK_SOURCES_MAX = 1_000;
/** Addresses whose clocks must differ from ours for ours to be called wrong: one or two may be wrong themselves. */
export const CLOCK_SOURCES_SURE = 3;
/** Share of the presence memory that a neighbour named by the operator may fill, and one found in the directory. */
export const PRESENCE_SHARE_GIVEN = 0.5;
export const PRESENCE_SHARE_FOUND = 0.25;
/** Share that all neighbours together may fill: the rest is for this relay's own peers. */
export const PRESENCE_OF_NEIGHBOURS_SHARE = 0.75;
/** Presence messages a minute of one peer: a browser publishes two tags every few minutes and on change. */
export const PRESENCE_MESSAGES_PER_MINUTE = 60;
/** Presence messages a minute through one neighbour: some 20,000 people. */
export const PRESENCE_FORWARDED_PER_MINUTE = 6_000;
/** How long a publisher may be gone until those who watch hear of it, ms: a page that loads anew is back by then. */
export const LEFT_GRACE_MS = 3_000;
/** Watches at once: as many as there are connections in the default. */
export const WATCHERS_MAX = 2_000;
/** Watches at once from one address: as many as connections of it in the default. */
export const WATCHERS_PER_ADDRESS = 128;
/** Watched tags over all watches; some 200 bytes each. */
export const WATCHED_TAGS_MAX = 200_000;
/** Watched tags from one address: eight full watches. */
export const WATCHED_TAGS_PER_ADDRESS = 8_192;
/** Changes of what is watched, a minute of one peer: a contact was added, the day has changed. */
export const WATCH_REQUESTS_PER_MINUTE = 30;
/** A watch request: 1,024 tags of 34 bytes are 34,816. */
export const WATCH_REQUEST_MAX_BYTES = 36 * 1024;
/** Neighbours that this relay dials because the directory names them, unless the operator says otherwise. */
export const NEIGHBOURS_DEFAULT = 8;
/** Neighbours that came by themselves and that the operator did not name. */
export const NEIGHBOURS_INBOUND_MAX = 16;
/** Of those, from one address. */
export const NEIGHBOURS_PER_ADDRESS = 2;
/** Dials of this relay a minute, all together, and of those to relays that only the directory names. */
export const DIALS_PER_MINUTE = 30;
export const DIALS_FOUND_PER_MINUTE = 6;
/** How long a dial may take, ms. */
export const DIAL_TIMEOUT_MS = 10_000;
/** Between attempts at a relay that the operator named, ms: doubled each time, from the first to the second. */
export const REDIAL_GIVEN_MS = [1_000, 60_000] as const;
/** The same for relays of the directory. */
export const REDIAL_FOUND_MS = [60_000, 3_600_000] as const;
/** How long an IP address or name that the directory led to is left alone after a dial, ms. */
export const REDIAL_HOST_MS = 10 * 60_000;
/** A neighbour that stays for less is as good as one that did not answer, ms. */
export const NEIGHBOUR_SETTLED_MS = 60_000;
/** How long a neighbour that sent something malformed is none, ms. */
export const NEIGHBOUR_BLAMED_MS = 10 * 60_000;
/** How often the keeper of neighbours looks whether one is due, ms. */
export const NEIGHBOUR_TICK_MS = 500;
/** Requests of one peer to be a neighbour, a minute: each costs a signature check. */
export const HELLOS_PER_MINUTE = 30;
/** Pushes to a neighbour that may be under way: a full window of the largest is 1 MiB of its memory. */
export const NEIGHBOUR_PUSHES_UNREAD = 16;
/** Records a minute that are read from a neighbour's stream; its other side waits meanwhile. */
export const NEIGHBOUR_RECORDS_PER_MINUTE = 60_000;
/** Relays that this relay knows. */
export const KNOWN_RELAYS_MAX = 256;
/** Of those, with the same host in their first address, neighbours aside. */
export const KNOWN_RELAYS_PER_HOST = 4;
/** Descriptors a minute from one peer, and through one neighbour. */
export const DESCRIPTORS_PER_MINUTE = 10;
export const DESCRIPTORS_FORWARDED_PER_MINUTE = 240;
/** After a new subscriber the own descriptor goes out once more: after the first time, not before the second, ms. */
export const REPUBLISH_AFTER_MS = 300;
export const REPUBLISH_EVERY_MS = 10_000;
/** What a presence record costs in memory beside its own bytes: maps, keys and array headers, measured roughly. */
export const PRESENCE_OVERHEAD_BYTES = 1024;
/** How often expired presence records and idle addresses are forgotten, ms. */
export const SWEEP_INTERVAL_MS = 30_000;
/** Time for peers to hear that the relay stops, ms; the whole stop stays below 2 s. */
export const STOP_GRACE_MS = 1_200;
