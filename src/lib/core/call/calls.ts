import type { BreakCause, CallDirection, CallStage, CallQuality } from '#lib/domain/call.ts';
import type { Trust, Invited } from '#lib/domain/contact.ts';
import type { CallId, IdentityKey, Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason, LinkProblem } from '#lib/domain/reasons.ts';
import type { Result } from '#lib/domain/result.ts';
import type { Watchable } from '../watchable.ts';

export interface Calls extends Watchable {
  /** Whether this browser can make and take calls. Where it cannot, whoever calls is told, and here it is a missed call. */
  readonly supported: boolean;
  readonly current: CallView | undefined;
  /** Calls a person. Refused with `own-key` or `blocked`; while another call is live it does nothing. */
  call(who: Invited): Promise<Result<CallId, LinkProblem>>;
  /**
   * Calls a person after a call was lost: it goes on looking for them, and rings as soon as both can be reached, until
   * it is hung up. Otherwise as {@link call}.
   */
  callAgain(who: Invited): Promise<Result<CallId, LinkProblem>>;
  /** A contact may be called soon (their screen is open): makes a way and candidates ready. Returns a way to stop. */
  prepare(key: IdentityKey): () => void;
  accept(): void;
  /** Declines, with a short text for the caller if given. */
  decline(note?: string): void;
  /** Cancels, hangs up or declines, whatever ends the call now. */
  hangUp(): void;
  setMuted(muted: boolean): void;
  /** After `play-blocked`, from a tap. */
  resumeSound(): void;
  /** Opens the microphone again after `microphone-lost`. */
  reopenMicrophone(): void;
  /** Takes an ended call off the screen. */
  dismiss(): void;
  /** Call details now; `undefined` when no call is live. */
  quality(): Promise<CallQuality | undefined>;
  /** Loudness, 0 to 1, read at every frame drawn; each is measured when it is read. */
  levels(): { readonly own: number; readonly peer: number };
}

/** The other person of a call as the screen shows them. */
export interface CallPeer {
  readonly key: IdentityKey;
  /** The contact's name, or what a stranger claims, cleaned; may be empty for a stranger called by key. */
  readonly name: string;
  readonly trust: Trust;
}

interface CallViewBase {
  readonly id: CallId;
  readonly direction: CallDirection;
  readonly peer: CallPeer;
  readonly started: Milliseconds;
}

/** A call that rings here and waits for a person. */
export interface IncomingCallView extends CallViewBase {
  readonly stage: 'incoming';
  readonly direction: 'incoming';
  /** Accepting shows our network address to the caller (a stranger, and no TURN relay to go through). */
  readonly acceptShowsAddress: boolean;
}

/** What stands in the way of hearing each other at this end. */
export type OwnNotice =
  /** The browser wants a tap before it plays sound. */
  | { readonly is: 'play-blocked' }
  /** The microphone went away in the call. */
  | { readonly is: 'microphone-lost' }
  /** Another than the chosen one is in use, which is gone or busy; its name may be empty. */
  | { readonly is: 'microphone-instead'; readonly name: string };

/** What stands in the way at another end. */
export type PeerNotice =
  /** They have WOXLY in the background, where it may stop at any moment. */
  | 'background'
  /** Their microphone is gone, or was taken by their system. */
  | 'microphone-lost'
  | 'muted'
  /** Nothing has been heard of them for a while, who say that they are not muted. */
  | 'silent'
  /** They say that nothing of us is heard, although we are not muted. */
  | 'unheard';

/** Somebody in a call besides us. */
export interface Participant {
  readonly peer: CallPeer;
  /** What a screen says of them, in this order; nothing twice. */
  readonly notices: readonly PeerNotice[];
}

export interface OngoingCallView extends CallViewBase {
  readonly stage: Exclude<CallStage, 'ended'>;
  readonly muted: boolean;
  /** When sound first could flow. */
  readonly connected?: Milliseconds;
  /** What a screen says of our own end, in this order. */
  readonly notices: readonly OwnNotice[];
  readonly participants: readonly Participant[];
  /** While `stage` is `reconnecting`: whose network is gone, if known, and when the call will be given up. */
  readonly broken?: {
    readonly cause: BreakCause;
    readonly deadline: Milliseconds;
  };
  /** It goes on looking for the person until it is hung up (`callAgain`). */
  readonly patient: boolean;
}

export interface EndedCallView extends CallViewBase {
  readonly stage: 'ended';
  readonly reason: EndReason;
  /** Whether Accept was pressed, here or there. An incoming call that was accepted here is not a missed one. */
  readonly accepted: boolean;
  readonly connected?: Milliseconds;
  readonly ended: Milliseconds;
  /** What the other person wrote when declining. */
  readonly note?: string;
}

/** The one call of this device, as a screen shows it. An ended call stays until dismissed. */
export type CallView = IncomingCallView | OngoingCallView | EndedCallView;
