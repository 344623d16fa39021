/**
 * Whether this is the full run (`npm run verify:full`): all that repeats for statistics, or takes long for what it tells.
 * The gate has one or a few of each kind.
 */
export const FULL = process.env['WOXLY_FULL'] === '1';

/** The tag of tests that belong to the full run only. */
export const IN_FULL = { tag: '@full' };
