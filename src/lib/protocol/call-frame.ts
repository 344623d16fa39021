import { fromHex, toHex } from '#lib/domain/bytes.ts';
import type { CallId } from '#lib/domain/ids.ts';
import { SIGNED_CERTIFICATE, SIGNED_CERTIFICATE_MAX_BYTES } from './device-certificate.ts';
import {
  CALL_ID_BYTES,
  CANDIDATE_MAX_BYTES,
  NAME_MAX_BYTES,
  PUBLIC_KEY_BYTES,
  SDP_MAX_BYTES,
} from './limits.ts';
import {
  bool,
  bytes,
  choice,
  nested,
  optional,
  required,
  standsFor,
  struct,
  text,
  uint,
} from './struct.ts';
import type { Of } from './struct.ts';

const CERTIFICATE = nested(SIGNED_CERTIFICATE, SIGNED_CERTIFICATE_MAX_BYTES);

/** Ring the other device. */
const RING = struct({
  /** The caller's device certificate: ties the authenticated device to the identity that calls. */
  certificate: required(1, CERTIFICATE),
  /** What the caller calls themselves. */
  name: required(2, text(NAME_MAX_BYTES)),
  offer: required(3, text(SDP_MAX_BYTES)),
  issued: required(4, uint()),
  expires: required(5, uint()),
  /** The identity that is called: a device of anybody else refuses, whoever named it as that person's. */
  callee: required(6, bytes(PUBLIC_KEY_BYTES, 'exact')),
});
/** It rings here: the only evidence for the caller's "Ringing". */
const RINGING = struct({
  /** The callee's device certificate: ties the device that answers to the identity that was called. */
  certificate: required(1, CERTIFICATE),
});
/** The SDP answer before a person accepted, so that a contact's path connects while it rings. */
const ANSWER = struct({
  answer: required(1, text(SDP_MAX_BYTES)),
  /** The round of the RESTART that it answers; absent in the answer to RING. */
  round: optional(2, uint()),
});
/** A person pressed Accept. With an answer unless ANSWER went before. */
const ACCEPT = struct({
  answer: optional(1, text(SDP_MAX_BYTES)),
  /** As in RINGING, which does not come where both pressed Call. */
  certificate: required(2, CERTIFICATE),
});
const DECLINE = struct({
  reason: required(
    1,
    choice(['declined', 'busy', 'no-microphone', 'unsupported', 'no-answer', 'somebody-else']),
  ),
  /** A short text of the person who declined. */
  note: optional(2, text(NAME_MAX_BYTES)),
});
/** One trickled ICE candidate (RFC 8838); an empty line ends them. */
const CANDIDATE = struct({
  candidate: required(1, text(CANDIDATE_MAX_BYTES)),
  mid: optional(2, text(16)),
  mLineIndex: optional(3, uint(8)),
});
const CANCEL = struct({});
const HANGUP = struct({
  reason: required(1, choice(['hung-up', 'connection-lost', 'not-secure', 'failed'])),
});
/** ICE restart: a new offer, answered by ANSWER. */
const RESTART = struct({
  offer: required(1, text(SDP_MAX_BYTES)),
  /** Rises with every offer of its side, so that a late ANSWER is never taken for that of a later offer. */
  round: optional(2, uint()),
});
/** How it stands with sound at the sender's end; sent on every change. What is left out is not so. */
const MEDIA = struct({
  muted: required(1, bool),
  /** The microphone is gone or was taken by the system: nothing is sent. */
  lost: optional(2, bool),
  /** The page is in the background of a phone, which may take the microphone away, or about to be frozen. */
  background: optional(3, bool),
  /** Nothing of the other side has been heard for a while although it says that it is not muted. */
  deaf: optional(4, bool),
  /** Nothing is sent in silence (DTX): no packets is no sign of a broken path. */
  sparse: optional(5, bool),
});
/** Nothing but the acknowledgement in the frame. With a call ID of zeros it keeps a channel open that no call uses yet. */
const HEARTBEAT = struct({});

const BODIES = {
  ring: RING,
  ringing: RINGING,
  answer: ANSWER,
  accept: ACCEPT,
  decline: DECLINE,
  candidate: CANDIDATE,
  cancel: CANCEL,
  hangup: HANGUP,
  restart: RESTART,
  media: MEDIA,
  heartbeat: HEARTBEAT,
} as const;
type Bodies = typeof BODIES;

/** The call that 16 bytes name. */
export const callIdOf = (raw: Uint8Array): CallId => toHex(raw) as CallId;

/** What one frame says. */
export type CallBody = { [K in keyof Bodies]: { readonly type: K } & Of<Bodies[K]> }[keyof Bodies];
export type CallBodyOf<K extends keyof Bodies> = Extract<CallBody, { readonly type: K }>;

/** One frame of `/woxly/call/2`. */
export interface CallFrame {
  /** Chosen by the caller. */
  readonly callId: CallId;
  /** 1 for the first frame of each side that must arrive, then rising; 0 for frames that may be lost. */
  readonly sequence: number;
  /** The highest sequence received without a gap. */
  readonly acknowledged: number;
  readonly body: CallBody;
}

const BODY_MAX_BYTES = SDP_MAX_BYTES + 2048;
/** A frame never claims more frames than this. */
const SEQUENCE_MAX = 1_000_000;

const CALL_ID = standsFor(bytes(CALL_ID_BYTES, 'exact'), {
  toWire: (id: CallId) => {
    const raw = fromHex(id);
    if (raw === undefined) throw new TypeError('a branded call ID is always valid');
    return raw;
  },
  fromWire: callIdOf,
});

/** The table of a frame; {@link decodeCallFrame} also sees to it that it says one thing. */
export const CALL_FRAME = struct({
  callId: required(1, CALL_ID),
  sequence: required(2, uint(SEQUENCE_MAX)),
  acknowledged: required(3, uint(SEQUENCE_MAX)),
  ring: optional(10, nested(RING, BODY_MAX_BYTES)),
  ringing: optional(11, nested(RINGING, BODY_MAX_BYTES)),
  answer: optional(12, nested(ANSWER, BODY_MAX_BYTES)),
  accept: optional(13, nested(ACCEPT, BODY_MAX_BYTES)),
  decline: optional(14, nested(DECLINE, BODY_MAX_BYTES)),
  candidate: optional(15, nested(CANDIDATE, BODY_MAX_BYTES)),
  cancel: optional(16, nested(CANCEL, BODY_MAX_BYTES)),
  hangup: optional(17, nested(HANGUP, BODY_MAX_BYTES)),
  restart: optional(18, nested(RESTART, BODY_MAX_BYTES)),
  media: optional(19, nested(MEDIA, BODY_MAX_BYTES)),
  heartbeat: optional(20, nested(HEARTBEAT, BODY_MAX_BYTES)),
});

export function encodeCallFrame(frame: CallFrame): Uint8Array<ArrayBuffer> {
  const { callId, sequence, acknowledged, body } = frame;
  return CALL_FRAME.encode({ callId, sequence, acknowledged, [body.type]: body });
}

/** The frame, or `undefined` unless it is well formed and says exactly one thing. */
export function decodeCallFrame(given: Uint8Array): CallFrame | undefined {
  const decoded = CALL_FRAME.decode(given);
  if (decoded === undefined) return undefined;
  const said = (Object.keys(BODIES) as (keyof Bodies)[]).filter((type) => type in decoded);
  const [type] = said;
  if (type === undefined || said.length > 1) return undefined;
  const { callId, sequence, acknowledged } = decoded;
  return { callId, sequence, acknowledged, body: { type, ...decoded[type] } as CallBody };
}
