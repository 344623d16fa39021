import type { CallDirection } from '#lib/domain/call.ts';
import type { Trust } from '#lib/domain/contact.ts';
import type { CallId, DeviceKey, Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallBody, CallBodyOf } from '#lib/protocol/call-frame.ts';
import type { Signed } from '#lib/protocol/signed.ts';
import type { CallPeer } from '../calls.ts';
import type { MediaState } from './media-state.ts';
import type { Descriptions } from './descriptions.ts';
import type { Link } from './link.ts';

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
  /** `granted`: it is opening, and nobody is asked whether it may: nothing waits for it. */
  readonly microphone: 'closed' | 'opening' | 'granted' | 'open' | 'lost';
  /** The name, maybe empty, of the microphone in use where the chosen one could not be used. */
  readonly instead: string | undefined;
  /** The system has taken the sound of the microphone for a while. */
  readonly systemMuted: boolean;
  /** The page is in the background. */
  readonly background: boolean;
  /** Goes on looking and ringing until it is hung up, or for {@link PATIENT_MS}. */
  readonly patient: boolean;
  readonly descriptions: Descriptions;
}

/** What goes on from one stage to the next. */
export function baseOf(call: LiveCall): Base {
  const { id, direction, peer, started, privacy, polite, patient, descriptions } = call;
  const { muted, playBlocked, microphone, instead, systemMuted, background } = call;
  return {
    id,
    direction,
    peer,
    started,
    privacy,
    polite,
    patient,
    descriptions,
    muted,
    playBlocked,
    microphone,
    instead,
    systemMuted,
    background,
  };
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
interface Accepted extends Linked {
  /** What the peer says of its sound, and what it was told of ours. */
  readonly peerMedia: MediaState;
  readonly said: MediaState;
  /** Whether the peer's packets have any sound in them; if not, when to restart the path for it, once. */
  readonly hearing:
    | { readonly silent: false }
    | { readonly silent: true; readonly repairAt: Milliseconds | undefined };
  /** We send nothing in silence. */
  readonly sparse: boolean;
  readonly repair: Repair;
  /** When to open a lost microphone again by ourselves, after so many tries. */
  readonly retry: { readonly at: Milliseconds | undefined; readonly tries: number };
  /** From when on the microphone may be opened anew for a peer that hears nothing. */
  readonly renewAt: Milliseconds;
}
/** How far the repair of a broken path is, by ICE restarts. */
export interface Repair {
  /** `making`, `offered`: our restart, `seen` once the peer has it; `answering`: the peer's, of that round. */
  readonly progress:
    | { readonly is: 'idle' }
    | { readonly is: 'making' }
    | { readonly is: 'offered'; readonly seen: boolean }
    | { readonly is: 'answering'; readonly round: number | undefined };
  /** Since when. */
  readonly since: Milliseconds;
  /** Offers made here for restarts: the number that the latest one carries. */
  readonly round: number;
  /** Restarts since the path was connected last. */
  readonly tries: number;
  /** When the path broke last. */
  readonly broken: Milliseconds;
  /** When our own network changed last. */
  readonly moved: Milliseconds;
  /** When to restart next, while the path is broken: `Infinity` until the peer is heard; else `undefined`. */
  readonly at: Milliseconds | undefined;
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

/** The privacy rules of the product's table of trust. `hidden`: our address is hidden, from all or from them. */
export function privacyFor(trust: Trust, hidden: boolean, turnAvailable: boolean): Privacy {
  const warm = !hidden && (trust === 'contact' || trust === 'verified');
  if (warm) return { warm, policy: 'all', showsAddress: false };
  return { warm, policy: turnAvailable ? 'relay' : 'all', showsAddress: !turnAvailable };
}
