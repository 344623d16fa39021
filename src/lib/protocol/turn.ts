import { TURN_URL_MAX_BYTES, TURN_URLS_MAX } from './limits.ts';
import { optional, repeated, required, struct, text, uint } from './struct.ts';
import type { Of } from './struct.ts';

/** The question of `/woxly/turn/1`: nothing but the authenticated device that asks. */
export const TURN_REQUEST = struct({});

/**
 * Where the relay's STUN and TURN server is, and credentials for it: those of coturn's REST interface, for the device
 * that asked, with the quota of its address (`username` is `EXPIRY:NAME`, where only the relay knows whose name it is,
 * https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00).
 * No URLs: this relay has none.
 */
export const TURN_RESPONSE = struct({
  /** `stun:`, `turn:` and `turns:` URLs (RFC 7064, RFC 7065), best first. */
  urls: repeated(1, text(TURN_URL_MAX_BYTES), TURN_URLS_MAX),
  username: optional(2, text(128)),
  credential: optional(3, text(128)),
  /** How long they serve from now, s. */
  seconds: required(4, uint(86_400)),
  /** The relay's clock, ms since 1970: a device learns from several whether its own is right. */
  now: optional(5, uint()),
});
export type TurnResponse = Of<typeof TURN_RESPONSE>;
