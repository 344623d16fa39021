import type { Answering, Call, LiveCall, PreparingCall, Reaching, Rung } from './state.ts';
import { baseOf } from './state.ts';
import { startConnecting } from './accepted.ts';
import { NO_DESCRIPTIONS } from './descriptions.ts';
import { newLink } from './link.ts';
import { OFFER_FRESH_MS, RING_SILENCE_MS, RINGING_MS } from './timing.ts';
import { say, showCandidates } from './step.ts';
import type { Step } from './step.ts';

/** RING, once there is a channel to send it on, an offer to put in it and, as far as is known, a microphone. */
export function ringIfReady(step: Step, call: Reaching): Reaching | Rung {
  const { device, offer, microphone, self } = call;
  if (device === undefined || offer === undefined || !mayBeSaid(microphone)) return call;
  if (step.now - call.offeredAt >= OFFER_FRESH_MS) return offerAnew(step, call);
  const issued = step.now;
  const expires = issued + RINGING_MS;
  const link = { ...newLink(call.id, device, issued), silentAt: issued + RING_SILENCE_MS };
  const rung: Rung = { ...baseOf(call), stage: 'rung', link, answer: 'none', deadline: expires };
  const told = say(step, rung, { type: 'ring', ...self, offer, issued, expires });
  return call.privacy.warm ? showCandidates(step, told) : told;
}

/** Makes a path and its offer. Gathering starts with it. */
export function openOffer(step: Step, { privacy }: Pick<PreparingCall, 'privacy'>): void {
  const { policy } = privacy;
  step.effects.push({ do: 'open-path', policy, side: 'offers' }, { do: 'make-offer' });
}

/** The search took so long that the offer's candidates and credentials may be gone. */
function offerAnew(step: Step, call: Reaching): Reaching {
  step.effects.push({ do: 'close-path' });
  openOffer(step, call);
  const descriptions = { ...NO_DESCRIPTIONS, path: 'connecting' } as const;
  return { ...call, offer: undefined, offeredAt: step.now, descriptions };
}

/** ACCEPT, once there is an answer and, as far as is known, a microphone. */
export function acceptIfReady(step: Step, call: Answering): Call {
  const { answer, microphone } = call;
  if (!mayBeSaid(microphone) || answer === 'none' || answer === 'making') return call;
  const accepted = say(step, call, {
    type: 'accept',
    certificate: call.certificate,
    ...(answer !== 'sent' && { answer: answer.made }),
  });
  return startConnecting(step, accepted, accepted.link.sent);
}

/** Nobody rings or accepts who may still refuse the microphone; opening one that was allowed takes a moment. */
const mayBeSaid = (microphone: LiveCall['microphone']): boolean =>
  microphone === 'open' || microphone === 'granted';
