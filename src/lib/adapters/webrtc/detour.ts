import type { Report } from './report.ts';

/** How long a detour must last before it is told, ms: a relayed pair often comes first and gives way by itself. */
export const DETOUR_MS = 3000;
/** How long after that it is told again, ms, and how often at the most: there may be a reason that we do not see. */
export const DETOUR_AGAIN_MS = 15_000;
export const DETOURS_MAX = 2;

/**
 * Tells when a call stays on a relayed pair of candidates although a direct one was answered, or never tried.
 *
 * Browsers take a direct pair rather than a relayed one, by its priority. But an address that they learn from a packet
 * (peer-reflexive, RFC 8445, 7.3.1.3) has a higher priority than one that the peer found by STUN, also if it is that of
 * the peer's TURN server whose candidate is still on its way: then the direct pair is given up, for good,
 * maybe before its first check.
 */
export class Detour {
  #lasts = 0;
  #most = DETOUR_MS;
  #told = 0;

  /** @param took since the look before, ms */
  look(took: number, report: Pick<Report, 'pair' | 'hopefulPairs' | 'isRelayed'>): boolean {
    if (this.#told >= DETOURS_MAX) return false;
    this.#lasts = isDetour(report) ? this.#lasts + took : 0;
    if (this.#lasts < this.#most) return false;
    this.#lasts = 0;
    this.#most = DETOUR_AGAIN_MS;
    this.#told += 1;
    return true;
  }
}

function isDetour(report: Pick<Report, 'pair' | 'hopefulPairs' | 'isRelayed'>): boolean {
  const { pair, hopefulPairs } = report;
  if (pair === undefined || !report.isRelayed(pair)) return false;
  return hopefulPairs.some((other) => !report.isRelayed(other));
}
