import type { CallDirection } from '#lib/domain/call.ts';
import type { CallId, DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody, CallBodyOf } from '#lib/protocol/call-frame.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { CallPeer } from '../calls.ts';
import type { Leg, LinkedLeg, OpenLeg } from '../leg/leg.ts';
import type { Own } from './own.ts';

/** What every call that is not over has. */
interface Base {
  readonly id: CallId;
  readonly direction: CallDirection;
  readonly peer: CallPeer;
  /** When Call was pressed here, or when the caller rang. */
  readonly started: Milliseconds;
  /** Goes on looking and ringing until it is hung up, or for {@link PATIENT_MS}. */
  readonly patient: boolean;
  readonly own: Own;
  readonly leg: Leg;
}

/** What goes on from one stage to the next, besides the leg. */
export function baseOf({
  id,
  direction,
  peer,
  started,
  patient,
  own,
}: LiveCall): Omit<Base, 'leg'> {
  return { id, direction, peer, started, patient, own };
}

/** The caller, before the RING is sent. It is sent when a channel, the offer and the microphone are there. */
interface Preparing extends Base {
  readonly offer: string | undefined;
  /** When the path was opened that the offer is for. */
  readonly offeredAt: Milliseconds;
  /** When a patient call searches again, after so many searches that found nobody. */
  readonly search: { readonly at: Milliseconds | undefined; readonly failures: number };
  /** What the RING will say about us. */
  readonly self: Pick<CallBodyOf<'ring'>, 'certificate' | 'name' | 'callee'>;
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
  readonly leg: LinkedLeg;
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
  /** Of this device: what ACCEPT proves to the caller. */
  readonly certificate: Signed;
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
interface Accepted extends Base {
  readonly leg: OpenLeg;
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

/** The call with its leg as it is now. */
export const withLeg = <C extends LiveCall>(call: C, leg: C['leg']): C =>
  leg === call.leg ? call : { ...call, leg };

/** The call with what is one a device as it is now. */
export const withOwn = <C extends LiveCall>(call: C, own: Partial<Own>): C => ({
  ...call,
  own: { ...call.own, ...own },
});

/** Stages of which the same can be said. */
function phaseOf(call: Call): 'preparing' | 'waiting' | 'asked' | 'accepted' | 'over' {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return 'preparing';
    case 'rung':
    case 'ringing':
      return 'waiting';
    case 'incoming':
    case 'answering':
      return 'asked';
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return 'accepted';
    case 'ended':
      return 'over';
  }
}

export const isPreparing = (call: Call): call is PreparingCall => phaseOf(call) === 'preparing';
export const isWaiting = (call: Call): call is WaitingCall => phaseOf(call) === 'waiting';
export const isAccepted = (call: Call): call is AcceptedCall => phaseOf(call) === 'accepted';
export const isLive = (call: Call): call is LiveCall => phaseOf(call) !== 'over';
/** Whether a call has a device at the other end that knows about it, or is being told. */
export const isLinked = (call: Call): call is LinkedCall => isLive(call) && !isPreparing(call);
