import type { Milliseconds } from '#lib/domain/ids.ts';
import { candidateTarget } from '#lib/protocol/ice-candidate.ts';
import { CANDIDATES_MAX } from '#lib/protocol/limits.ts';
import type { Candidate, PathState } from '#lib/ports/media.ts';
import { aimAt, NO_TARGETS } from './targets.ts';
import type { Targets } from './targets.ts';

/** How far the descriptions and candidates of a call's media path are. Pure. */
export interface Descriptions {
  /** `none`: there is no RTCPeerConnection. */
  readonly path: 'none' | PathState;
  /** The peer's description. Its candidates make sense only once it is `set`. */
  readonly remote: 'none' | 'setting' | 'set';
  /** The peer's candidates that wait for its description. */
  readonly early: readonly Candidate[];
  /** The peer's candidates in private networks, which wait until they may be used. */
  readonly waiting: readonly Candidate[];
  /** Our own addresses in private networks, as far as the browser tells them. */
  readonly own: readonly string[];
  /** How many of the peer's candidates were taken for this description. */
  readonly taken: number;
  /** Where all that it has had in this call lead. */
  readonly targets: Targets;
  /** The peer's candidates belong to an offer of its that was not taken. */
  readonly ignoring: boolean;
  /** Our candidates that the peer may not see yet: they hold this device's addresses. */
  readonly held: readonly Candidate[];
}

export const NO_DESCRIPTIONS: Descriptions = {
  path: 'none',
  remote: 'none',
  early: [],
  waiting: [],
  own: [],
  taken: 0,
  targets: NO_TARGETS,
  ignoring: false,
  held: [],
};

/** Takes a candidate of the peer: kept, handed on now (`add`), or too many and dropped. */
export function takeCandidate(
  descriptions: Descriptions,
  candidate: Candidate,
  now: Milliseconds,
): readonly [Descriptions, add: readonly Candidate[]] {
  const targets = aimAt(descriptions.targets, candidate.candidate, now);
  if (descriptions.ignoring || descriptions.taken >= CANDIDATES_MAX || targets === undefined)
    return [descriptions, []];
  const counted = { ...descriptions, targets, taken: descriptions.taken + 1 };
  if (candidateTarget(candidate.candidate)?.local) {
    return [{ ...counted, waiting: [...descriptions.waiting, candidate] }, []];
  }
  return descriptions.remote === 'set'
    ? [counted, [candidate]]
    : [{ ...counted, early: [...descriptions.early, candidate] }, []];
}

/** The peer's description is in place: what waited for it can be added. */
export const described = (
  descriptions: Descriptions,
): readonly [Descriptions, add: readonly Candidate[]] => [
  { ...descriptions, remote: 'set', early: [] },
  descriptions.early,
];

/** A new description of the peer begins to be set, with candidates of its own (an ICE restart). */
export const renegotiating = (descriptions: Descriptions): Descriptions => ({
  ...descriptions,
  remote: 'setting',
  early: [],
  waiting: [],
  taken: 0,
  ignoring: false,
});

/** A new description of the peer is not taken: nor are the candidates that follow it. */
export const ignoring = (descriptions: Descriptions): Descriptions => ({
  ...descriptions,
  ignoring: true,
});

/** Keeps one of our candidates back. */
export const hold = (descriptions: Descriptions, candidate: Candidate): Descriptions =>
  descriptions.held.length >= CANDIDATES_MAX
    ? descriptions
    : { ...descriptions, held: [...descriptions.held, candidate] };
