import { newLink } from '../leg/link.ts';
import { newLeg } from '../leg/leg.ts';
import type { Leg, LinkedLeg } from '../leg/leg.ts';
import { say, showCandidates } from '../leg/speak.ts';
import type { Step } from '../step.ts';
import { OFFER_FRESH_MS, RING_SILENCE_MS, RINGING_MS } from '../timing.ts';
import { startConnecting } from './accepted.ts';
import type { Own } from './own.ts';
import { baseOf, withLeg } from './state.ts';
import type { Answering, Call, Reaching, Rung } from './state.ts';

/** RING, once there is a channel to send it on, an offer to put in it and, as far as is known, a microphone. */
export function ringIfReady(step: Step, call: Reaching): Reaching | Rung {
  const { device, offer, own, self } = call;
  if (device === undefined || offer === undefined || !mayBeSaid(own)) return call;
  if (step.now - call.offeredAt >= OFFER_FRESH_MS) return offerAnew(step, call);
  const issued = step.now;
  const expires = issued + RINGING_MS;
  const link = { ...newLink(call.id, device, issued), silentAt: issued + RING_SILENCE_MS };
  const linked: LinkedLeg = { ...call.leg, link };
  const told = say(step, linked, { type: 'ring', ...self, offer, issued, expires });
  const leg = told.privacy.warm ? showCandidates(step, told) : told;
  return { ...baseOf(call), stage: 'rung', leg, answer: 'none', deadline: expires };
}

/** Makes a path and its offer. Gathering starts with it. */
export function openOffer<L extends Leg>(step: Step, leg: L): L {
  const { policy } = leg.privacy;
  const to = { to: 'path', leg: leg.id } as const;
  step.effects.push(
    { ...to, do: 'open-path', policy, side: 'offers' },
    { ...to, do: 'make-offer' },
  );
  return { ...leg, descriptions: { ...leg.descriptions, path: 'connecting' } };
}

/** The search took so long that the offer's candidates and credentials may be gone. */
function offerAnew(step: Step, call: Reaching): Reaching {
  const { id, privacy, polite } = call.leg;
  step.effects.push({ to: 'path', leg: id, do: 'close-path' });
  const leg = openOffer(step, newLeg(id, privacy, polite));
  return { ...call, leg, offer: undefined, offeredAt: step.now };
}

/** ACCEPT, once there is an answer and, as far as is known, a microphone. */
export function acceptIfReady(step: Step, call: Answering): Call {
  const { answer, own, certificate } = call;
  if (!mayBeSaid(own) || answer === 'none' || answer === 'making') return call;
  const made = answer !== 'sent' && { answer: answer.made };
  const leg = say(step, call.leg, { type: 'accept', certificate, ...made });
  return startConnecting(step, withLeg(call, leg), leg.link.sent);
}

/** Nobody rings or accepts who may still refuse the microphone; opening one that was allowed takes a moment. */
const mayBeSaid = ({ microphone }: Own): boolean =>
  microphone === 'open' || microphone === 'granted';
