import type { CallBody } from '#lib/protocol/call-frame.ts';
import type { Candidate } from '#lib/ports/media.ts';
import type { Step } from '../step.ts';
import { send } from '../step.ts';
import { described, hold } from './descriptions.ts';
import type { Leg, LinkedLeg } from './leg.ts';
import { queue } from './link.ts';
import type { MediaState } from './media-state.ts';

/** Says something that must arrive. */
export function say<L extends LinkedLeg>(step: Step, leg: L, body: CallBody): L {
  const [link, frames] = queue(leg.link, body, step.now);
  send(step, link, frames);
  return { ...leg, link };
}

export function addCandidates(step: Step, { id }: Leg, candidates: readonly Candidate[]): void {
  for (const candidate of candidates) {
    step.effects.push({ to: 'path', leg: id, do: 'add-candidate', candidate });
  }
}

/** One of our candidates, for a peer that may not see it yet. */
export const holdCandidate = <L extends Leg>(leg: L, candidate: Candidate): L => ({
  ...leg,
  descriptions: hold(leg.descriptions, candidate),
});

/** The peer may see our addresses from here on. */
export function showCandidates<L extends LinkedLeg>(step: Step, leg: L): L {
  let next: L = { ...leg, descriptions: { ...leg.descriptions, held: [] } };
  for (const candidate of leg.descriptions.held) {
    next = say(step, next, { type: 'candidate', ...candidate });
  }
  return next;
}

/** The peer's description is in place. */
export function describe<L extends Leg>(step: Step, leg: L): L {
  const [descriptions, add] = described(leg.descriptions);
  addCandidates(step, leg, add);
  return { ...leg, descriptions };
}

/** What the path must know of the peer's sound, to tell a broken path from a quiet one. */
export function expect(step: Step, { id }: Leg, { muted, lost, sparse }: MediaState): void {
  step.effects.push({ to: 'path', leg: id, do: 'expect', sending: !lost && !sparse, muted });
}
