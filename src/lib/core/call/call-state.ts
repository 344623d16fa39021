import type { CallDirection } from '#lib/domain/call.ts';
import type { Trust } from '#lib/domain/contact.ts';
import type { CallId, DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody, CallBodyOf } from '#lib/protocol/call-frame.ts';
import type { CallPeer } from './call-view.ts';
import type { Negotiation } from './negotiation.ts';
import type { Link } from './reliable.ts';

/** What every call that is not over has. */
interface Base {
  readonly id: CallId;
  readonly direction: CallDirection;
  readonly peer: CallPeer;
  /** When Call was pressed here, or when the caller rang. */
  readonly started: Milliseconds;
  readonly privacy: Privacy;
  /** Gives way when both sides do the same thing at once: the higher identity key. */
  readonly polite: boolean;
  readonly muted: boolean;
  readonly playBlocked: boolean;
  readonly microphone: 'closed' | 'opening' | 'open' | 'lost';
  readonly media: Negotiation;
}

/** Who may see addresses, and when. */
export interface Privacy {
  /** Both sides may see each other's addresses before Accept: the path connects while it rings. */
  readonly warm: boolean;
  /** `relay`: through TURN only, so that the peer never sees an address of this device. */
  readonly policy: 'all' | 'relay';
  /** Accepting shows our address although it should not: there is no TURN server to go through. */
  readonly showsAddress: boolean;
}

/** The caller, before the RING is sent. It is sent when a channel, the offer and the microphone are there. */
interface Preparing extends Base {
  readonly offer: string | undefined;
  /** What the RING will say about us. */
  readonly self: Pick<CallBodyOf<'ring'>, 'certificate' | 'name'>;
  readonly deadline: Milliseconds;
}
export interface Finding extends Preparing {
  readonly stage: 'finding';
}
export interface Reaching extends Preparing {
  readonly stage: 'reaching';
  /** Known once a channel was open. */
  readonly device: DeviceKey | undefined;
}

interface Linked extends Base {
  readonly link: Link;
}

/** The caller, after the RING. */
interface Waiting extends Linked {
  /** `held`: the callee answered early, and we may not show it addresses before ACCEPT. */
  readonly answer: 'none' | 'taken' | { readonly held: string };
  readonly deadline: Milliseconds;
}
export interface Rung extends Waiting {
  readonly stage: 'rung';
}
export interface Ringing extends Waiting {
  readonly stage: 'ringing';
}

/** The callee, before its ACCEPT. */
interface Asked extends Linked {
  readonly offer: string;
  /** `none`: there is no path object. `sent`: in ANSWER. */
  readonly answer: 'none' | 'making' | 'sent' | { readonly made: string };
  readonly deadline: Milliseconds;
}
export interface Incoming extends Asked {
  readonly stage: 'incoming';
}
export interface Answering extends Asked {
  readonly stage: 'answering';
}

/** Both, after ACCEPT. */
interface Accepted extends Linked {
  readonly peerMuted: boolean;
  /** `making`, `offered`: our ICE restart; `answering`: the peer's. */
  readonly restart: 'idle' | 'making' | 'offered' | 'answering';
  /** When to restart next, while the path is broken; else `undefined`. */
  readonly restartAt: Milliseconds | undefined;
}
export interface Connecting extends Accepted {
  readonly stage: 'connecting';
  /** The sequence number of our ACCEPT: the caller must have it before we call it connected. 0 at the caller. */
  readonly accepted: number;
  readonly deadline: Milliseconds;
}
export interface Connected extends Accepted {
  readonly stage: 'connected';
  readonly connected: Milliseconds;
}
export interface Reconnecting extends Accepted {
  readonly stage: 'reconnecting';
  readonly connected: Milliseconds;
  readonly deadline: Milliseconds;
}

/** Over. Nothing changes any more; it stays until it is taken off the screen. */
export interface Ended {
  readonly stage: 'ended';
  readonly id: CallId;
  readonly direction: CallDirection;
  readonly peer: CallPeer;
  readonly started: Milliseconds;
  readonly connected: Milliseconds | undefined;
  readonly ended: Milliseconds;
  readonly reason: EndReason;
  readonly note: string | undefined;
  /** Whether Accept was pressed, here or there. */
  readonly accepted: boolean;
  /** Where the peer was, and what it is told if it still speaks, if anything. `undefined` if it never heard of it. */
  readonly farewell:
    { readonly device: DeviceKey; readonly body: CallBody | undefined } | undefined;
}

export type PreparingCall = Finding | Reaching;
export type WaitingCall = Rung | Ringing;
export type AskedCall = Incoming | Answering;
export type AcceptedCall = Connecting | Connected | Reconnecting;
export type LinkedCall = WaitingCall | AskedCall | AcceptedCall;
export type LiveCall = PreparingCall | LinkedCall;
export type Call = LiveCall | Ended;

/** Whether a call has a device at the other end that knows about it, or is being told. */
export function isLinked(call: Call): call is LinkedCall {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
    case 'ended':
      return false;
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return true;
  }
}

/** The privacy rules of the product's table of trust. `hidden`: our address is hidden, from all or from them. */
export function privacyFor(trust: Trust, hidden: boolean, turnAvailable: boolean): Privacy {
  const warm = !hidden && (trust === 'contact' || trust === 'verified');
  if (warm) return { warm, policy: 'all', showsAddress: false };
  return { warm, policy: turnAvailable ? 'relay' : 'all', showsAddress: !turnAvailable };
}
