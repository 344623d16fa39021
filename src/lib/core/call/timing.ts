import { RING_TTL_MS } from '#lib/protocol/limits.ts';

/** How long the steps of a call may take, all in ms. Where no other source is named it is "A call" in `docs/protocol.md`. */

/** From the press of Call until the RING is sent: finding, opening a channel, the microphone's question. */
export const PREPARING_MS = 60_000;
/** From RING to Accept, on both sides. */
export const RINGING_MS = RING_TTL_MS;
/** From ACCEPT to a media path. Chromium gives up on ICE after about 16 s: this leaves room for one restart. */
export const CONNECTING_MS = 30_000;
/** Without a media path, before the call is given up. */
export const RECONNECTING_MS = 60_000;
/** A deadline noticed so late: the page was frozen or the device slept, and nothing was tried meanwhile. */
export const ASLEEP_MS = 5_000;
/** After that a path is tried for so long at least: a short and a long attempt at a relay, which take 3 s and 12 s. */
export const AWOKEN_MS = 15_000;

/** A side that has said nothing for so long sends a heartbeat. */
export const HEARTBEAT_MS = 2_000;
/** A channel that has brought nothing for four heartbeats is taken for dead: a new one is opened. */
export const SILENCE_MS = 8_000;
/** As {@link SILENCE_MS}, for a RING that nobody has acknowledged: the way it went may have died before it. */
export const RING_SILENCE_MS = 2_500;
/** A frame that comes again is not acknowledged again if anything was said within this: it came by several ways. */
export const REPEAT_MS = 300;
/** Frames not acknowledged are sent again after this, then after twice as long and so on… */
export const RESEND_FIRST_MS = 1_000;
/** …up to this. */
export const RESEND_MOST_MS = 4_000;

/** Once the peer is heard the impolite side restarts a broken path, unless a restart comes with what was heard. */
export const RESTART_IMPOLITE_MS = 100;
/** The polite side waits for about a round trip and a half more, so that the two seldom meet. */
export const RESTART_POLITE_MS = 400;
/** A network that changed so long before the path broke is what broke it, ms. */
export const MOVED_MS = 5_000;
/**
 * From one restart that was agreed to the next while the path stays broken: Chromium on Linux and Windows tells its
 * pages of another network only 2 to 2.5 s after that is up, and ICE checks come after that.
 */
export const RESTART_FIRST_MS = 3_500;
export const RESTART_GROWTH = 1.5;
export const RESTART_MOST_MS = 6_000;
/** An offer made for so long that has not reached the peer when our network changes is from the one of before. */
export const RESTART_STALE_MS = 1_000;
/** For so long our own offer goes before the peer's, if we are the impolite side; then it will not be answered. */
export const RESTART_GLARE_MS = 8_000;
/** A peer that was silent for so long, and is heard again, is on a network that is back. */
export const REVIVED_MS = 3_000;
/** A peer of whom nothing has come for so long, two heartbeats and their delays, is taken for cut off itself. */
export const PEER_GONE_MS = 5_000;

/** Packets without any sound are repaired by an ICE restart after this; the player was started again before. */
export const DEAF_REPAIR_MS = 4_000;
/** A peer that hears nothing of us makes us open the microphone anew, not more often than this. */
export const RENEW_MICROPHONE_MS = 60_000;
/** A microphone that went away is opened again after these waits; then only a tap, a new device or a wake does it. */
export const MICROPHONE_RETRIES_MS = [1_000, 5_000] as const;

/**
 * A microphone that was allowed before opens in about 100 ms in Chromium. One that takes longer than this counts as
 * lost until it opens, so that the peer does not wait for packets (`FIRST_PACKET_MS` of the path is longer).
 */
export const MICROPHONE_LATE_MS = 1_500;

/** A patient call looks for the person, and rings again, for so long. */
export const PATIENT_MS = 15 * 60_000;
/** From one search of a patient call to the next: doubled from the first to the last. */
export const SEARCH_FIRST_MS = 2_000;
export const SEARCH_MOST_MS = 30_000;
/** An offer older than this is made anew before it rings: its candidates and credentials may be gone. */
export const OFFER_FRESH_MS = 60_000;

/** A RING may look expired by so much and still ring: clocks of ordinary devices differ. */
export const RING_LATE_MS = 30_000;
/** A RING may be from the future by so much and still ring. */
export const RING_EARLY_MS = 300_000;
