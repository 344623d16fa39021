import type { QualityCause, QualityMark } from '#lib/domain/call.ts';

/** One-way delay, ms: below the first nobody notices, above the second conversation breaks down (ITU-T G.114). */
const DELAY_GOOD_MS = 150;
const DELAY_MOST_MS = 400;
/**
 * Share of packets lost. By the E-model (ITU-T G.107) with Opus in-band FEC, 3 % costs little and 10 % makes many users
 * dissatisfied; measured, 20 % leaves 9 % of the sound to be made up.
 */
export const LOSS_GOOD = 0.03;
const LOSS_MOST = 0.1;
/** Below this jitter, ms, packets are dropped on the way by something that drops, not by a crowded or weak link. */
const STEADY_JITTER_MS = 10;

export interface PathFigures {
  readonly roundTripMs: number | undefined;
  readonly jitterMs: number | undefined;
  /** Of what the peer sent. */
  readonly receiveLoss: number | undefined;
  /** Of what this side sent, as the peer reports of about the same time; `undefined` if its report is of before. */
  readonly sendLoss: number | undefined;
  readonly relayed: boolean;
  /** The browser found that less can be sent than a call likes to. */
  readonly sendShort: boolean;
}

/** How good a call is now; `undefined` while nothing is known. */
export function qualityMark(figures: PathFigures): QualityMark | undefined {
  const { roundTripMs, jitterMs, receiveLoss, sendLoss } = figures;
  if (roundTripMs === undefined || (receiveLoss === undefined && sendLoss === undefined)) {
    return undefined;
  }
  // The receiver waits about twice the jitter before it plays.
  const delay = roundTripMs / 2 + 2 * (jitterMs ?? 0);
  const loss = Math.max(receiveLoss ?? 0, sendLoss ?? 0);
  if (delay <= DELAY_GOOD_MS && loss <= LOSS_GOOD && !figures.sendShort) return { grade: 'good' };
  const grade = delay > DELAY_MOST_MS || loss > LOSS_MOST ? 'poor' : 'fair';
  return { grade, cause: causeOf(figures) };
}

/**
 * Access networks are narrow and lossy towards the network first, so loss in one direction only is put down to the
 * side that sends. Loss in both, or delay alone, may be anybody's: only steady loss both ways through a relay, without
 * the jitter that a crowded or weak link brings, speaks for the relay.
 */
function causeOf({
  receiveLoss,
  sendLoss,
  relayed,
  jitterMs,
  sendShort,
}: PathFigures): QualityCause {
  const ours = sendShort || (sendLoss ?? 0) > LOSS_GOOD;
  const theirs = (receiveLoss ?? 0) > LOSS_GOOD;
  if (ours && !theirs) return 'own-network';
  if (theirs && !ours) return sendLoss === undefined ? 'unknown' : 'peer-network';
  const steady = jitterMs !== undefined && jitterMs < STEADY_JITTER_MS;
  return ours && theirs && relayed && steady && !sendShort ? 'relay' : 'unknown';
}
