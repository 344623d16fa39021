import type { DeviceKey, IdentityKey } from './ids.ts';

/** Every key begins with `12D3KooW`; these ends are what a person compares at a glance. Never for a decision. */
const HEAD_LENGTH = 6;
const TAIL_LENGTH = 4;

/** A key as a label: `12D3Ko…abcd`. Stands in where a person has no name. */
export function shortKey(key: IdentityKey | DeviceKey): string {
  return `${key.slice(0, HEAD_LENGTH)}…${key.slice(-TAIL_LENGTH)}`;
}
