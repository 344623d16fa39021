import { RING_TTL_MS } from '#lib/protocol/limits.ts';

/** How long the steps of a call may take, all in ms. Where no other source is named it is the protocol document. */

/** From the press of Call until the RING is sent: finding, opening a channel, the microphone's question. */
export const PREPARING_MS = 60_000;
/** From RING to Accept, on both sides. */
export const RINGING_MS = RING_TTL_MS;
/** From ACCEPT to a media path. Chromium gives up on ICE after about 16 s: this leaves room for one restart. */
export const CONNECTING_MS = 30_000;
/** Without a media path, before the call is given up. */
export const RECONNECTING_MS = 60_000;

/** A side that has said nothing for so long sends a heartbeat. */
export const HEARTBEAT_MS = 2_000;
/** A channel that has brought nothing for four heartbeats is taken for dead: a new one is opened. */
export const SILENCE_MS = 8_000;
/** Frames not acknowledged are sent again after this, then after twice as long and so on… */
export const RESEND_FIRST_MS = 1_000;
/** …up to this. */
export const RESEND_MOST_MS = 4_000;

/** A path broken for so long is restarted by the impolite side. Chromium would wait for 6 s and more. */
export const RESTART_IMPOLITE_MS = 1_000;
/** The polite side waits a little for the other's restart, so that the two seldom meet. */
export const RESTART_POLITE_MS = 3_000;
/** From one restart to the next while the path stays broken. */
export const RESTART_AGAIN_MS = 5_000;
/** A restart that was never answered is made again after this; before, its answer would fit the wrong offer. */
export const RESTART_UNANSWERED_MS = 15_000;

/** A RING may look expired by so much and still ring: clocks of ordinary devices differ. */
export const RING_LATE_MS = 30_000;
/** A RING may be from the future by so much and still ring. */
export const RING_EARLY_MS = 300_000;
