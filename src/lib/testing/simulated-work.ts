import type { SimulatedPath } from './simulated-media.ts';

/** What is under way for one call of a simulation, as the engine keeps it. */
export interface SimulatedWork {
  path: SimulatedPath | undefined;
  /** Accept or Call was pressed. */
  pressed: boolean;
  /** ACCEPT was sent or received. */
  accepted: boolean;
  reopening: boolean;
}
