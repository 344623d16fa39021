import { RESERVATIONS_ALWAYS, RESERVATIONS_FREE_SHARE } from '../limits/limits.ts';
import type { Share } from '../limits/share.ts';

/**
 * Whether one more reservation may come from an address. Behind one there may be one person with many keys or a whole
 * mobile network, and a relay cannot tell which. So it is generous while it has room: an address may hold as much as an
 * eighth of what is left free, and a few in any case, until the operator's limit. The fuller the relay, the less any one
 * address may take of the rest, so that whoever fills it needs many addresses, and those who come alone find a place.
 */
export function hasRoomToReserve(
  shares: readonly Share[],
  others: readonly (readonly Share[])[],
  limits: { readonly perAddress: number; readonly most: number },
): boolean {
  const { perAddress, most } = limits;
  const ofFree = (most - others.length) * RESERVATIONS_FREE_SHARE;
  return shares.every(({ key, times }) => {
    const held = others.filter((other) => other.some((share) => share.key === key)).length;
    // A wide network has several times the few of one address, but never by that alone all of a small relay.
    const few = Math.min(
      RESERVATIONS_ALWAYS * times,
      Math.max(RESERVATIONS_ALWAYS, most * RESERVATIONS_FREE_SHARE),
    );
    return held < Math.min(perAddress * times, Math.max(few, ofFree));
  });
}
