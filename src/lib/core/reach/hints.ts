import type { ReachHints } from '#lib/domain/contact.ts';
import { DEVICES_MAX, PRESENCE_RELAYS_MAX } from '#lib/protocol/limits.ts';

/** Both hints in one, to be kept: the newer first and each value once; beyond the wire's limits the oldest go. */
export function mergeHints(newer: ReachHints, older: ReachHints): ReachHints {
  return {
    devices: [...new Set([...newer.devices, ...older.devices])].slice(0, DEVICES_MAX),
    relays: [...new Set([...newer.relays, ...older.relays])].slice(0, PRESENCE_RELAYS_MAX),
  };
}

/** All that an invite says and all that is remembered, to be tried. */
export function everyHint(given: ReachHints, known?: ReachHints): ReachHints {
  return {
    devices: [...new Set([...given.devices, ...(known?.devices ?? [])])],
    relays: [...new Set([...given.relays, ...(known?.relays ?? [])])],
  };
}

export function sameHints(a: ReachHints, b: ReachHints): boolean {
  const equal = (left: readonly string[], right: readonly string[]) =>
    left.length === right.length && left.every((value, index) => value === right[index]);
  return equal(a.devices, b.devices) && equal(a.relays, b.relays);
}
