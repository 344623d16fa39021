import { CANDIDATES_MAX } from '#lib/protocol/limits.ts';
import type { Candidate, PathState } from '#lib/ports/media.ts';

/** How far the descriptions and candidates of a call's media path are. Pure. */
export interface Negotiation {
  /** `none`: there is no RTCPeerConnection. */
  readonly path: 'none' | PathState;
  /** The peer's description. Its candidates make sense only once it is `set`. */
  readonly remote: 'none' | 'setting' | 'set';
  /** The peer's candidates that wait for its description. */
  readonly early: readonly Candidate[];
  /** How many of the peer's candidates were taken for this description. */
  readonly taken: number;
  /** The peer's candidates belong to an offer of its that was not taken. */
  readonly ignoring: boolean;
  /** Our candidates that the peer may not see yet: they hold this device's addresses. */
  readonly held: readonly Candidate[];
}

export const NO_NEGOTIATION: Negotiation = {
  path: 'none',
  remote: 'none',
  early: [],
  taken: 0,
  ignoring: false,
  held: [],
};

/** Takes a candidate of the peer: kept, handed on now (`add`), or too many and dropped. */
export function takeCandidate(
  media: Negotiation,
  candidate: Candidate,
): readonly [Negotiation, add: readonly Candidate[]] {
  if (media.ignoring || media.taken >= CANDIDATES_MAX) return [media, []];
  const counted = { ...media, taken: media.taken + 1 };
  return media.remote === 'set'
    ? [counted, [candidate]]
    : [{ ...counted, early: [...media.early, candidate] }, []];
}

/** The peer's description is in place: what waited for it can be added. */
export const described = (
  media: Negotiation,
): readonly [Negotiation, add: readonly Candidate[]] => [
  { ...media, remote: 'set', early: [] },
  media.early,
];

/** A new description of the peer begins to be set, with candidates of its own (an ICE restart). */
export const renegotiating = (media: Negotiation): Negotiation => ({
  ...media,
  remote: 'setting',
  early: [],
  taken: 0,
  ignoring: false,
});

/** A new description of the peer is not taken: nor are the candidates that follow it. */
export const ignoring = (media: Negotiation): Negotiation => ({ ...media, ignoring: true });

/** Keeps one of our candidates back. */
export const hold = (media: Negotiation, candidate: Candidate): Negotiation =>
  media.held.length >= CANDIDATES_MAX ? media : { ...media, held: [...media.held, candidate] };
