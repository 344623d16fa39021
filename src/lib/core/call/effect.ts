import type { CallRecord } from '#lib/domain/call.ts';
import type { CallId, DeviceKey } from '#lib/domain/ids.ts';
import type { CallFrame } from '#lib/protocol/call-frame.ts';
import type { Candidate } from '#lib/ports/media.ts';
import type { Ring } from './event.ts';

/** What the engine does in the world for the machine. What comes of it comes back as events. */
export type Effect = WayEffect | PathEffect | MicrophoneEffect | HistoryEffect | LineEffect;

/** On the way to a person and their devices. */
export type WayEffect = { readonly to: 'way' } & (
  | /** Find the person and open a channel → `found`, then `channel-opened` or `reach-failed`. */
    { readonly do: 'reach' }
    /** The person was found by another way: look no further. */
  | { readonly do: 'stop-search' }
  /** Open another channel to this device, trying until it works, and anew now if it is → `channel-opened`. */
  | { readonly do: 'reopen'; readonly device: DeviceKey }
  /**
   * By every way there is: frames are numbered, so that one that comes twice does no harm. `newest`: over the channel
   * opened last only, as all other ways have had it.
   */
  | {
      readonly do: 'send';
      readonly device: DeviceKey;
      readonly frame: CallFrame;
      readonly newest?: true;
    }
);

/** On the media path of one leg. */
export type PathEffect = { readonly to: 'path'; readonly leg: CallId } & (
  | /** Make the RTCPeerConnection. It closes with the call, or with `close-path`. */
    {
      readonly do: 'open-path';
      readonly policy: 'all' | 'relay';
      readonly side: 'offers' | 'answers';
      /** It begins to ring with this: that comes first, on the screen too. */
      readonly rings?: true;
    }
  | { readonly do: 'close-path' }
  /** → `offer-made` */
  | { readonly do: 'make-offer' }
  /** → `answer-made`; `gathered`: with its candidates told before, where nobody waits for it. */
  | {
      readonly do: 'make-answer';
      readonly offer: string;
      readonly round?: number;
      readonly gathered: boolean;
    }
  /** → `answer-taken` */
  | { readonly do: 'take-answer'; readonly answer: string }
  /** With the ICE servers of now → `restart-made`; `gathered` as above. */
  | { readonly do: 'make-restart'; readonly gathered: boolean }
  | { readonly do: 'add-candidate'; readonly candidate: Candidate }
  /** What the peer says of its sound. */
  | { readonly do: 'expect'; readonly sending: boolean; readonly muted: boolean }
  /** Send the open microphone's sound over the path. */
  | { readonly do: 'send-sound' }
  /** Play what the peer sends. */
  | { readonly do: 'play' }
);

/** On the microphone of this device, whose sound goes to all legs. */
export type MicrophoneEffect = { readonly to: 'microphone' } & (
  | /** → `microphone-opened` or `microphone-error`. It closes with the call. */
    { readonly do: 'open-microphone' }
    /** Open it anew, beside the one that brings no sound; if that fails the old one goes on. */
  | { readonly do: 'renew-microphone' }
  | { readonly do: 'set-muted'; readonly muted: boolean }
);

export interface HistoryEffect {
  readonly to: 'history';
  /** A line of the history. Exactly one a call. */
  readonly do: 'record';
  readonly record: CallRecord;
}

/** On the line itself. */
export type LineEffect = { readonly to: 'line' } & (
  | /** The call is over: close the paths and the microphone, stop whatever is under way for it. */
    { readonly do: 'finish'; readonly id: CallId }
    /** The call that was in its way is over: this RING comes again, at once. */
  | { readonly do: 'ring-now'; readonly ring: Ring }
);
