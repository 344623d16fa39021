import type { Tone } from '#lib/ports/attention.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import type { OwnNetwork } from '#lib/domain/reasons.ts';
import type { OpenLeg } from '../leg/leg.ts';
import { causeOf } from './break-cause.ts';
import type { CallView, OwnNotice, PeerNotice } from '../calls.ts';
import { isDeaf, isLost } from './own.ts';
import type { Own } from './own.ts';
import { isAccepted, isPreparing } from './state.ts';
import type { Call, LiveCall } from './state.ts';

/** What a view needs to know besides the call. */
export interface Outlook {
  readonly now: Milliseconds;
  readonly ownNetwork: OwnNetwork;
}

/** What a screen shows of a call. */
export function viewOf(call: Call, { now, ownNetwork }: Outlook): CallView {
  const { id, direction, peer, started } = call;
  const base = { id, direction, peer, started };
  switch (call.stage) {
    case 'incoming': {
      const { showsAddress: acceptShowsAddress } = call.leg.privacy;
      return { ...base, direction: 'incoming', stage: 'incoming', acceptShowsAddress };
    }
    case 'finding':
    case 'reaching':
    case 'ringing':
    case 'connecting':
      return { ...base, ...live(call), stage: call.stage };
    case 'rung': // It rings there once that device says so, not before.
      return { ...base, ...live(call), stage: 'reaching' };
    case 'answering':
      return { ...base, ...live(call), stage: 'connecting' };
    case 'connected':
      return { ...base, ...live(call), stage: 'connected', connected: call.connected };
    case 'reconnecting': {
      const { connected, deadline } = call;
      const broken = { cause: causeOf(call.leg, now, ownNetwork), deadline };
      return { ...base, ...live(call), stage: 'reconnecting', connected, broken };
    }
    case 'ended': {
      const { reason, accepted, ended, connected, note } = call;
      return {
        ...base,
        stage: 'ended',
        reason,
        accepted,
        ended,
        ...(connected !== undefined && { connected }),
        ...(note !== undefined && { note }),
      };
    }
  }
}

function live(call: Exclude<LiveCall, { readonly stage: 'incoming' }>) {
  const { own, peer } = call;
  return {
    muted: own.muted,
    notices: ownNotices(own, isAccepted(call)),
    participants: [{ peer, notices: isAccepted(call) ? peerNotices(own, call.leg) : [] }],
    patient: call.patient && (isPreparing(call) || call.stage === 'rung'),
  };
}

/** `accepted`: from here on somebody should hear us. */
function ownNotices(own: Own, accepted: boolean): readonly OwnNotice[] {
  const notices: OwnNotice[] = [];
  const lost = accepted ? isLost(own) : own.microphone === 'lost';
  if (own.playBlocked) notices.push({ is: 'play-blocked' });
  if (lost) notices.push({ is: 'microphone-lost' });
  else if (own.instead !== undefined) {
    notices.push({ is: 'microphone-instead', name: own.instead });
  }
  return notices;
}

/** Who is muted or has no microphone is not called silent as well; who is muted here is not called unheard. */
function peerNotices(own: Own, leg: OpenLeg): readonly PeerNotice[] {
  const { background, lost, muted, deaf } = leg.peerMedia;
  const notices: PeerNotice[] = [];
  if (background) notices.push('background');
  if (lost) notices.push('microphone-lost');
  else if (muted) notices.push('muted');
  else if (isDeaf(leg)) notices.push('silent');
  if (deaf && !own.muted && !isLost(own)) notices.push('unheard');
  return notices;
}

/** What a person hears and sees of a call besides the screen, for as long as it is in this state. */
export interface Signs {
  /** A tone that goes on. */
  readonly tone: Extract<Tone, 'ring' | 'ringback' | 'reconnecting'> | undefined;
  /** Whether the call asks for attention. */
  readonly announced: boolean;
  /** Whether the screen stays awake. */
  readonly awake: boolean;
}

export function signsOf(call: Call | undefined): Signs {
  switch (call?.stage) {
    case undefined:
    case 'ended':
      return { tone: undefined, announced: false, awake: false };
    case 'incoming':
      return { tone: 'ring', announced: true, awake: false };
    case 'ringing':
      return { tone: 'ringback', announced: false, awake: true };
    case 'reconnecting':
      return { tone: 'reconnecting', announced: false, awake: true };
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'answering':
    case 'connecting':
    case 'connected':
      return { tone: undefined, announced: false, awake: true };
  }
}

/** The one tone that a change of state makes, if any. */
export function toneBetween(
  before: Call | undefined,
  after: Call | undefined,
): Extract<Tone, 'connected' | 'ended'> | undefined {
  if (before?.stage === after?.stage || before?.stage === undefined) return undefined;
  if (after?.stage === 'connected' && before.stage !== 'reconnecting') return 'connected';
  // A call that was never taken here ends without a sound.
  if (after?.stage === 'ended' && before.stage !== 'incoming') return 'ended';
  return undefined;
}

/** Whether two views show the same, so that watchers hear of changes only. */
export function sameView(a: unknown, b: unknown): boolean {
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every((field) => field in a && field in b && sameView(a[field], b[field]));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
