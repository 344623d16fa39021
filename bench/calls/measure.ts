import { setTimeout as wait } from 'node:timers/promises';
import type { Contender, Ends } from './contender.ts';
import { forgetMarks, marked } from './page-clock.ts';

/** One call, ms. */
export interface Measured {
  readonly callToRing: number;
  readonly acceptToCaller: number;
  readonly acceptToCallee: number;
}

/**
 * `cold`: the first call of pages that have just been loaded, by a tap out of nowhere. `warm`: the calls after it, by
 * somebody who points at the button first.
 */
export type Temperature = 'cold' | 'warm';

/** How long a page is left alone before anything is measured, ms: loading goes on after it is ready. */
const SETTLE_MS = 1_500;
/** How long people let it ring, ms. */
const RING_MS = 2_000;
/** Between two calls, ms. */
const REST_MS = 500;

async function measureOnce(contender: Contender, ends: Ends): Promise<Measured> {
  const { caller, callee } = ends;
  await Promise.all([forgetMarks(caller), forgetMarks(callee)]);
  await contender.call(ends);
  const ring = await marked(callee, 'ring');
  await wait(RING_MS);
  // What came before is no answer to Accept.
  await contender.accept(ends);
  const [accept, atCaller, atCallee] = await Promise.all([
    marked(callee, 'accept'),
    marked(caller, 'sound'),
    marked(callee, 'sound'),
  ]);
  const call = await marked(caller, 'call');
  await contender.hangUp(ends);
  await wait(contender.restMs ?? REST_MS);
  return {
    callToRing: ring - call,
    acceptToCaller: atCaller - accept,
    acceptToCallee: atCallee - accept,
  };
}

/** As many cold calls as warm ones. */
export async function measure(
  contender: Contender,
  ends: Ends,
  runs: number,
): Promise<Readonly<Record<Temperature, readonly Measured[]>>> {
  const { caller, callee } = ends;
  const load = async () => {
    await Promise.all([caller.goto(contender.url), callee.goto(contender.url)]);
    await contender.ready(ends);
    await wait(SETTLE_MS);
  };
  await load();
  const [cold, warm]: [Measured[], Measured[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    await load();
    cold.push(await measureOnce(contender, ends));
  }
  for (let run = 0; run < runs; run += 1) {
    await contender.approach?.(ends);
    warm.push(await measureOnce(contender, ends));
  }
  return { cold, warm };
}
