import type { Milliseconds } from '#lib/domain/ids.ts';
import { opened } from '../leg/leg.ts';
import type { OpenLeg } from '../leg/leg.ts';
import { sameMedia, SOUND, toBody } from '../leg/media-state.ts';
import { repairIfDue, watched } from '../leg/repair.ts';
import { expect, say, showCandidates } from '../leg/speak.ts';
import type { Step } from '../step.ts';
import {
  CONNECTING_MS,
  MICROPHONE_LATE_MS,
  MICROPHONE_RETRIES_MS,
  RECONNECTING_MS,
} from '../timing.ts';
import { mediaOf } from './own.ts';
import type { Own } from './own.ts';
import { baseOf, withLeg } from './state.ts';
import type { AcceptedCall, Connecting, LinkedCall } from './state.ts';

/** ACCEPT was said or heard: sound may flow both ways. `accepted`: the number of our ACCEPT, 0 at the caller. */
export function startConnecting(step: Step, call: LinkedCall, accepted: number): Connecting {
  const { now } = step;
  const { microphone } = call.own;
  const fresh = opened(call.leg);
  const { path } = fresh.descriptions;
  const repair = watched(fresh.repair, path === 'none' ? 'connecting' : path, now);
  const leg: OpenLeg = { ...fresh, repair };
  const to = { to: 'path', leg: leg.id } as const;
  if (microphone === 'open') step.effects.push({ ...to, do: 'send-sound' });
  step.effects.push({ ...to, do: 'play' });
  expect(step, leg, SOUND);
  return {
    ...baseOf(call),
    own: { ...call.own, retry: { at: retryAt(microphone, now), tries: 0 }, renewAt: now },
    stage: 'connecting',
    leg: showCandidates(step, leg),
    accepted,
    deadline: now + CONNECTING_MS,
  };
}

function retryAt(microphone: Own['microphone'], now: Milliseconds): Milliseconds | undefined {
  if (microphone === 'lost') return now + MICROPHONE_RETRIES_MS[0];
  return microphone === 'granted' ? now + MICROPHONE_LATE_MS : undefined;
}

/** The path is in another state than before. */
export function pathBecame(step: Step, call: AcceptedCall): AcceptedCall {
  const { leg } = call;
  const repair = watched(leg.repair, leg.descriptions.path, step.now);
  const next = { ...leg, repair };
  if (repair.at === undefined || leg.repair.at !== undefined) return withLeg(call, next);
  // Whatever broke it may have broken the channel, which cannot tell: another one is opened beside it.
  if (call.stage === 'connected') {
    step.effects.push({ to: 'way', do: 'reopen', device: leg.link.device });
  }
  // A frame that must be acknowledged: whether the peer can be reached decides what to do.
  return withLeg(call, repairIfDue(step, say(step, next, { type: 'heartbeat' })));
}

/** Claims what the evidence says: connected when the path is, and when the caller has our ACCEPT. */
export function settle(step: Step, call: LinkedCall): LinkedCall {
  const up = call.leg.descriptions.path === 'connected';
  switch (call.stage) {
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return call;
    case 'connecting': {
      if (!up || call.leg.link.acknowledged < call.accepted) return call;
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
export function tellMedia(step: Step, own: Own, leg: OpenLeg): OpenLeg {
  const media = mediaOf(own, leg);
  return sameMedia(media, leg.said) ? leg : say(step, { ...leg, said: media }, toBody(media));
}
