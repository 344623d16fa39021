/** Whether this is the full run. */
export const FULL = process.env['WOXLY_FULL'] === '1';

/** How often something is tried: `npm run verify:full` has the time for many, the gate for a few. */
export const times = (gate: number, full: number): number => (FULL ? full : gate);
