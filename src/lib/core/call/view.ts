import type { Tone } from '#lib/ports/attention.ts';
import type { Call } from './call-state.ts';
import type { CallView } from './call-view.ts';

/** What a screen shows of a call. */
export function viewOf(call: Call): CallView {
  const { id, direction, peer, started } = call;
  const base = { id, direction, peer, started };
  switch (call.stage) {
    case 'incoming': {
      const { showsAddress: acceptShowsAddress } = call.privacy;
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
    case 'reconnecting':
      return { ...base, ...live(call), stage: call.stage, connected: call.connected };
    case 'ended': {
      const { reason, accepted, ended, connected, note } = call;
      return {
        ...{ ...base, stage: 'ended', reason, accepted, ended },
        ...(connected !== undefined && { connected }),
        ...(note !== undefined && { note }),
      };
    }
  }
}

function live(call: Exclude<Call, { readonly stage: 'incoming' | 'ended' }>) {
  return {
    muted: call.muted,
    peerMuted: 'peerMuted' in call && call.peerMuted,
    playBlocked: call.playBlocked,
    microphoneLost: call.microphone === 'lost',
  };
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
export function sameView(a: CallView | undefined, b: CallView | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every(
    (field) => field in a && field in b && Reflect.get(a, field) === Reflect.get(b, field),
  );
}
