import type { Answering, Call, LiveCall, PreparingCall, Reaching, Rung } from './state.ts';
import { baseOf } from './state.ts';
import { goLive } from './accepted.ts';
import { NO_NEGOTIATION } from './descriptions.ts';
import { newLink } from './link.ts';
import { OFFER_FRESH_MS, RING_SILENCE_MS, RINGING_MS } from './timing.ts';
import { say, showCandidates } from './step.ts';
import type { Turn } from './step.ts';

/** RING, once there is a channel to send it on, an offer to put in it and, as far as is known, a microphone. */
export function ringIfReady(turn: Turn, call: Reaching): Reaching | Rung {
  const { device, offer, microphone, self } = call;
  if (device === undefined || offer === undefined || !mayBeSaid(microphone)) return call;
  if (turn.now - call.offeredAt >= OFFER_FRESH_MS) return offerAnew(turn, call);
  const issued = turn.now;
  const expires = issued + RINGING_MS;
  const link = { ...newLink(call.id, device, issued), silentAt: issued + RING_SILENCE_MS };
  const rung: Rung = { ...baseOf(call), stage: 'rung', link, answer: 'none', deadline: expires };
  const told = say(turn, rung, { type: 'ring', ...self, offer, issued, expires });
  return call.privacy.warm ? showCandidates(turn, told) : told;
}

/** Makes a path and its offer. Gathering starts with it. */
export function openOffer(turn: Turn, { privacy }: Pick<PreparingCall, 'privacy'>): void {
  const { policy } = privacy;
  turn.effects.push({ do: 'open-path', policy, side: 'offers' }, { do: 'make-offer' });
}

/** The search took so long that the offer's candidates and credentials may be gone. */
function offerAnew(turn: Turn, call: Reaching): Reaching {
  turn.effects.push({ do: 'close-path' });
  openOffer(turn, call);
  const media = { ...NO_NEGOTIATION, path: 'connecting' } as const;
  return { ...call, offer: undefined, offeredAt: turn.now, media };
}

/** ACCEPT, once there is an answer and, as far as is known, a microphone. */
export function acceptIfReady(turn: Turn, call: Answering): Call {
  const { answer, microphone } = call;
  if (!mayBeSaid(microphone) || answer === 'none' || answer === 'making') return call;
  const accepted = say(turn, call, {
    type: 'accept',
    certificate: call.certificate,
    ...(answer !== 'sent' && { answer: answer.made }),
  });
  return goLive(turn, accepted, accepted.link.sent);
}

/** Nobody rings or accepts who may still refuse the microphone; opening one that was allowed takes a moment. */
const mayBeSaid = (microphone: LiveCall['microphone']): boolean =>
  microphone === 'open' || microphone === 'granted';
