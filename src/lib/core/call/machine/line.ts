import type { Call } from './state.ts';
import type { Tombstones } from './tombstones.ts';

/** The one line of this device: the call on it, and the calls that are over. */
export interface Line {
  readonly call: Call | undefined;
  readonly tombstones: Tombstones;
}

export const FREE_LINE: Line = { call: undefined, tombstones: [] };
