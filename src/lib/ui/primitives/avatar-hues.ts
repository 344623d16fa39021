/** The hues in use, in degrees: an arc from green over blue and violet to orange. Dark yellows look like mud. */
const ARC_START = 140;
const ARC_LENGTH = 260;
/** How far the second hue lies from the first, so that a gradient is seen as one. */
const STEP_LEAST = 38;
const STEP_SPREAD = 60;

/**
 * Two hues, in degrees, that belong to a key: the same on every device, so that a face is known by its colours.
 * FNV-1a over the text, then MurmurHash3's final mix: spreads well, and nothing here has to resist an attacker (safety words do).
 */
export function huesOf(key: string): readonly [number, number] {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  const first = hash % ARC_LENGTH;
  const second = (first + STEP_LEAST + ((hash >>> 12) % STEP_SPREAD)) % ARC_LENGTH;
  return [(ARC_START + first) % 360, (ARC_START + second) % 360];
}
