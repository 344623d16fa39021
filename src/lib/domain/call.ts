import type { CallId, IdentityKey, Milliseconds } from './ids.ts';
import type { EndReason } from './reasons.ts';

export type CallDirection = 'outgoing' | 'incoming';

/**
 * How far a call is. Each step is claimed only on evidence: `reaching` when a device of the person is known,
 * `ringing` when that device said so, `connecting` when a person pressed Accept, `connected` when the media path
 * is up and its fingerprint is the signalled one.
 */
export type CallStage =
  'finding' | 'reaching' | 'ringing' | 'connecting' | 'connected' | 'reconnecting' | 'ended';

/** One line of the call history. */
export interface CallRecord {
  readonly id: CallId;
  readonly peer: IdentityKey;
  /** The name at the time of the call: the contact's, or what a stranger claimed. */
  readonly peerName: string;
  readonly direction: CallDirection;
  readonly started: Milliseconds;
  /** When sound first could flow, or `undefined` if it never did. */
  readonly connected?: Milliseconds;
  readonly ended: Milliseconds;
  readonly reason: EndReason;
  /** An incoming call that was not answered here and was not declined. */
  readonly missed: boolean;
  /** Whether the owner has seen this missed call in the history. */
  readonly seen: boolean;
}

/** What one call's media looks like now, from `RTCPeerConnection.getStats()`; `undefined` where not yet known. */
export interface CallQuality {
  readonly path?: 'direct' | 'relayed';
  readonly roundTripMs?: number;
  /** Share of packets from the peer that did not arrive over the last few seconds, 0 to 1. */
  readonly loss?: number;
  readonly jitterMs?: number;
  /** For example `opus`. */
  readonly codec?: string;
  readonly sendKbps?: number;
  readonly receiveKbps?: number;
  /** All that the call sends and receives, with the headers of IP and UDP: what a mobile plan counts. */
  readonly wireKbps?: number;
  /** Whose TURN server carries it, when `path` is `relayed`. */
  readonly relayedBy?: 'own' | 'peer';
  /**
   * Which of our TURN servers that is: its host name or address. Where the browser does not tell, all that it may be.
   */
  readonly turnHosts?: readonly string[];
  /** Whether redundant audio (RFC 2198) is sent, and how it is encoded now; `saver` for the data saver. */
  readonly encoding?: 'normal' | 'redundant' | 'low' | 'lowest' | 'saver';
  /** The browser does not tell how much can be sent: it goes on as it is, however poor the connection. */
  readonly unadapted?: true;
  readonly mark?: QualityMark;
}

/** How good a call is, in one word, and whose network makes it worse, as far as that can be told. */
export type QualityMark =
  { readonly grade: 'good' } | { readonly grade: 'fair' | 'poor'; readonly cause: QualityCause };
export type QualityCause = 'own-network' | 'peer-network' | 'relay' | 'unknown';

/** Whose network broke the path of a call. */
export type BreakCause = Exclude<QualityCause, 'relay'>;
