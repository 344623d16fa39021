import type { RelayAddress } from '#lib/domain/ids.ts';
import type { CheckState } from './doctor.ts';
import type { RelayTest } from '../relays/reachability.ts';
import { RELAYS_TESTED_MOST } from './checklist.ts';
import type { Checklist } from './checklist.ts';
import type { DoctorPorts } from './doctor-ports.ts';
import { within } from './within.ts';

/** The steps of a relay's test together, ms; each has a limit of its own. */
const RELAY_TIMEOUT_MS = 45_000;

function stateOf(result: RelayTest | undefined): CheckState {
  if (result === undefined || typeof result.reached === 'string') return 'bad';
  return result.lookup === false || result.turn === 'silent' ? 'warning' : 'good';
}

/** Tests all relays, side by side: they are different machines. */
export async function checkRelays(
  { clock, reachability }: Pick<DoctorPorts, 'clock' | 'reachability'>,
  list: Checklist,
  signal: AbortSignal,
): Promise<void> {
  const test = async (address: RelayAddress, which: number): Promise<void> => {
    list.set('relay', { state: 'running' }, which);
    const result = await within(clock, RELAY_TIMEOUT_MS, signal, (late) =>
      reachability.test(address, late),
    );
    if (signal.aborted) return;
    list.set('relay', { state: stateOf(result), ...(result && { result }) }, which);
  };
  const relays = reachability.relays.slice(0, RELAYS_TESTED_MOST);
  await Promise.all(relays.map(({ address }, which) => test(address, which)));
}
