import type { Milliseconds } from '#lib/domain/ids.ts';
import type { AcceptedCall, Connecting, LinkedCall, LiveCall } from './state.ts';
import { baseOf } from './state.ts';
import { sameMedia, SOUND, toBody } from './media-state.ts';
import type { MediaState } from './media-state.ts';
import { NO_REPAIR, repairIfDue, watched } from './repair.ts';
import {
  CONNECTING_MS,
  MICROPHONE_LATE_MS,
  MICROPHONE_RETRIES_MS,
  RECONNECTING_MS,
} from './timing.ts';
import { say, showCandidates } from './step.ts';
import type { Step } from './step.ts';
import { mediaOf } from './own-media.ts';

/** ACCEPT was said or heard: sound may flow both ways. `accepted`: the number of our ACCEPT, 0 at the caller. */
export function startConnecting(step: Step, call: LinkedCall, accepted: number): Connecting {
  const { now } = step;
  const path = call.descriptions.path === 'none' ? 'connecting' : call.descriptions.path;
  const connecting: Connecting = {
    ...baseOf(call),
    link: call.link,
    stage: 'connecting',
    accepted,
    deadline: now + CONNECTING_MS,
    said: SOUND,
    peerMedia: SOUND,
    hearing: { silent: false },
    sparse: false,
    renewAt: now,
    repair: watched(NO_REPAIR, path, now),
    retry: { at: retryAt(call.microphone, now), tries: 0 },
  };
  if (call.microphone === 'open') step.effects.push({ do: 'send-sound' });
  step.effects.push({ do: 'play' });
  expect(step, SOUND);
  return showCandidates(step, connecting);
}

function retryAt(microphone: LiveCall['microphone'], now: Milliseconds): Milliseconds | undefined {
  if (microphone === 'lost') return now + MICROPHONE_RETRIES_MS[0];
  return microphone === 'granted' ? now + MICROPHONE_LATE_MS : undefined;
}

/** What the path must know of the peer's sound, to tell a broken path from a quiet one. */
export function expect(step: Step, { muted, lost, sparse }: MediaState): void {
  step.effects.push({ do: 'expect', sending: !lost && !sparse, muted });
}

/** The path is in another state than before. */
export function pathBecame(step: Step, call: AcceptedCall): AcceptedCall {
  const { path } = call.descriptions;
  const repair = watched(call.repair, path, step.now);
  if (repair.at === undefined || call.repair.at !== undefined) return { ...call, repair };
  // Whatever broke it may have broken the channel, which cannot tell: another one is opened beside it.
  if (call.stage === 'connected') step.effects.push({ do: 'reopen', device: call.link.device });
  // A frame that must be acknowledged: whether the peer can be reached decides what to do.
  return repairIfDue(step, say(step, { ...call, repair }, { type: 'heartbeat' }));
}

/** Claims what the evidence says: connected when the path is, and when the caller has our ACCEPT. */
export function settle(step: Step, call: LinkedCall): LinkedCall {
  const up = call.descriptions.path === 'connected';
  switch (call.stage) {
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return call;
    case 'connecting': {
      if (!up || call.link.acknowledged < call.accepted) return call;
      const { accepted: _accepted, deadline: _deadline, ...rest } = call;
      return { ...rest, stage: 'connected', connected: step.now };
    }
    case 'connected':
      return up ? call : { ...call, stage: 'reconnecting', deadline: step.now + RECONNECTING_MS };
    case 'reconnecting': {
      if (!up) return call;
      const { deadline: _deadline, ...rest } = call;
      return { ...rest, stage: 'connected' };
    }
  }
}

/** The peer is told of every change of our sound. */
export function tellMedia(step: Step, call: AcceptedCall): AcceptedCall {
  const media = mediaOf(call);
  return sameMedia(media, call.said) ? call : say(step, { ...call, said: media }, toBody(media));
}
