import type { Milliseconds } from '#lib/domain/ids.ts';
import { candidateTarget } from '#lib/protocol/ice-candidate.ts';

/** Targets that a peer may name at once. Two dual-stack devices with TURN name some ten. */
export const TARGETS_MAX = 20;
/** One more after each of these, ms: who moves between networks for an hour is still found. */
export const TARGET_EVERY_MS = 15_000;

/**
 * Where a peer has had us send connectivity checks in this call, over all its descriptions: whoever restarts ICE again
 * and again makes no scanner of this browser. In a private network each port counts; elsewhere a host counts once, as a
 * TURN server relays through another port with every restart.
 */
export interface Targets {
  readonly known: readonly string[];
  readonly left: number;
  /** When `left` was worked out. */
  readonly at: Milliseconds;
}

export const NO_TARGETS: Targets = { known: [], left: TARGETS_MAX, at: 0 };

/** The targets with that of this candidate, or `undefined` if it is one too many. */
export function aimAt(targets: Targets, line: string, now: Milliseconds): Targets | undefined {
  const { address = line, port = 0, local = false } = candidateTarget(line) ?? {};
  const target = local ? `${address} ${String(port)}` : address;
  if (line === '' || targets.known.includes(target)) return targets;
  const earned = Math.floor(Math.max(0, now - targets.at) / TARGET_EVERY_MS);
  const left = Math.min(TARGETS_MAX, targets.left + earned);
  if (left === 0) return undefined;
  const at = left === TARGETS_MAX ? now : targets.at + earned * TARGET_EVERY_MS;
  return { known: [...targets.known, target], left: left - 1, at };
}
