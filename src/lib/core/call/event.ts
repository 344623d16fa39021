import type { Bytes } from '#lib/domain/bytes.ts';
import type { CallId, DeviceKey, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { MicrophoneProblem, OwnNetwork } from '#lib/domain/reasons.ts';
import type { CallBodyOf, CallFrame } from '#lib/protocol/call-frame.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { Candidate, PathState } from '#lib/ports/media.ts';
import type { CallPeer } from './calls.ts';
import type { ReachFailure } from '../reach/reach-port.ts';
import type { Via } from './leg/link.ts';

/** What this device knows about itself and a person at the moment a call with them begins. */
export interface Circumstances {
  readonly self: IdentityKey;
  /** Of this device. */
  readonly certificate: Signed;
  readonly peer: CallPeer;
  /** Our address is hidden from everybody or from this person. */
  readonly hidden: boolean;
  readonly turnAvailable: boolean;
  /** The contact's identity key has changed, and nobody has acknowledged that. */
  readonly keyChanged: boolean;
}

/** What is known about the microphone when a press opens it. */
export interface Grant {
  /** The person allowed it before: the browser will not ask. */
  readonly microphoneGranted?: boolean;
}

/** A person pressed something. */
export type Press = { readonly from: 'person' } & (
  | ({
      readonly type: 'call';
      readonly id: CallId;
      readonly name: string;
      /** The public key of the person who is called. */
      readonly callee: Bytes;
      readonly supported: boolean;
      readonly patient: boolean;
    } & Circumstances &
      Grant)
  | ({ readonly type: 'accept' } & Grant)
  | { readonly type: 'decline'; readonly note?: string }
  | { readonly type: 'hang-up' }
  /** The page is being left. */
  | { readonly type: 'leave' }
  /** The other person was blocked. */
  | { readonly type: 'block' }
  | { readonly type: 'mute'; readonly muted: boolean }
  | { readonly type: 'reopen-microphone' }
  /** After the browser refused to play without a tap. */
  | { readonly type: 'resume-sound' }
  /** The page went into the background, or came back. */
  | { readonly type: 'background'; readonly background: boolean }
  | { readonly type: 'dismiss' }
);

/** The ways to the person and their devices. */
export type WayEvent = { readonly from: 'way' } & (
  | { readonly type: 'found' }
  | { readonly type: 'reach-failed'; readonly reason: ReachFailure }
  | { readonly type: 'channel-opened'; readonly device: DeviceKey }
  /** The last channel to the device is gone. */
  | { readonly type: 'channel-lost'; readonly device: DeviceKey }
  /** The person that the call is with is there now, says presence. */
  | { readonly type: 'person-seen' }
  /** This device has another network than before, or one again; the `same` one if only its relays had been away. */
  | { readonly type: 'network-changed'; readonly same?: true }
);

/** A RING whose certificate was verified and whose offer was checked. */
export interface Ring extends Circumstances {
  readonly from: 'peer';
  readonly type: 'ring';
  readonly id: CallId;
  readonly device: DeviceKey;
  readonly frame: Pick<CallFrame, 'sequence' | 'acknowledged'>;
  readonly body: CallBodyOf<'ring'>;
  /** It is this person that is called, and not somebody whom this device is taken for. */
  readonly isForUs: boolean;
  readonly strangersMayRing: boolean;
  /** Whether this browser can make voice connections. */
  readonly supported: boolean;
}

/** Any other frame; SDP and candidates in it were checked. */
export interface Arrived {
  readonly from: 'peer';
  readonly type: 'frame';
  readonly id: CallId;
  readonly device: DeviceKey;
  readonly frame: CallFrame;
  readonly via: Via;
  /** Whose device it proves to be, for RINGING and ACCEPT. */
  readonly owner?: IdentityKey | undefined;
  /** Whose device it was, by the certificate that it shows: a newer list of theirs has left it out. */
  readonly former?: IdentityKey | undefined;
  /** The device is known to be that of somebody with whom calls may go. */
  readonly isKnown: boolean;
}

/** What became of an effect on the media path of a leg, and what it says by itself. */
export type PathEvent = { readonly from: 'path'; readonly leg: CallId } & PathReport;

export type PathReport =
  | { readonly type: 'offer-made'; readonly offer: string }
  /** `round`: of the peer's restart that it answers. */
  | { readonly type: 'answer-made'; readonly answer: string; readonly round?: number }
  | { readonly type: 'answer-taken' }
  | { readonly type: 'restart-made'; readonly offer: string }
  | { readonly type: 'path-error'; readonly at: 'offer' | 'answer' | 'take-answer' | 'restart' }
  | { readonly type: 'candidate'; readonly candidate: Candidate }
  | { readonly type: 'path-state'; readonly state: PathState }
  | { readonly type: 'play-blocked' }
  | { readonly type: 'hearing'; readonly hearing: 'heard' | 'silent' }
  | { readonly type: 'sparse'; readonly sparse: boolean }
  /** It goes through a server although it could go directly. */
  | { readonly type: 'detour' }
  /** Frames can be sent over it, or cannot any more. */
  | { readonly type: 'path-frames'; readonly open: boolean };

export type MicrophoneEvent = { readonly from: 'microphone' } & (
  | /** `instead`: the name of another than the chosen one, which could not be used. */
    { readonly type: 'microphone-opened'; readonly instead?: string }
  | { readonly type: 'microphone-error'; readonly problem: MicrophoneProblem }
  | { readonly type: 'microphone-lost' }
  /** The system takes the sound away for a while, or gives it back. */
  | { readonly type: 'system-mute'; readonly muted: boolean }
  /** Another device was plugged in or out. */
  | { readonly type: 'devices-changed' }
);

/** Nothing happened, but a deadline has passed. */
export interface Tick {
  readonly from: 'clock';
  readonly type: 'tick';
  readonly ownNetwork: OwnNetwork;
}

/** Everything that can happen, with the time at which it did. */
export type CallEvent = { readonly now: Milliseconds } & (
  Press | WayEvent | Ring | Arrived | PathEvent | MicrophoneEvent | Tick
);

/** An event before its origin is added. */
export type WithoutOrigin<E> = E extends unknown ? Omit<E, 'from'> : never;

/** An event before its time is added. */
export type Unstamped<E> = E extends unknown ? Omit<E, 'now'> : never;
