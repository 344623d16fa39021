import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { Checklist } from './checklist.ts';
import type { DoctorPorts } from './doctor-ports.ts';
import { within } from './within.ts';

/** As long as a person may think about the browser's question, ms. */
export const MICROPHONE_TIMEOUT_MS = 30_000;

/** Opens the microphone that calls use, and closes it at once. */
export async function checkMicrophone(
  { clock, microphones, settings }: Pick<DoctorPorts, 'clock' | 'microphones' | 'settings'>,
  list: Checklist,
  signal: AbortSignal,
): Promise<void> {
  list.set('microphone', { state: 'running' });
  const found = await within(clock, MICROPHONE_TIMEOUT_MS, signal, (late) =>
    microphones.open(settings.current.microphone, late).then((microphone) => {
      microphone.close();
      return late.aborted ? ('failed' as const) : { instead: microphone.instead };
    }, microphoneProblem),
  );
  if (signal.aborted) return;
  if (typeof found !== 'object') {
    list.set('microphone', { state: 'bad', problem: found ?? 'failed' });
  } else if (found.instead === undefined) list.set('microphone', { state: 'good' });
  else list.set('microphone', { state: 'warning', instead: found.instead });
}

/** Why a microphone did not open. */
export function microphoneProblem(failure: unknown): MicrophoneProblem {
  if (!(failure instanceof WoxlyError)) return 'failed';
  const reason: unknown = failure.reason;
  return reason === 'refused' || reason === 'missing' ? reason : 'failed';
}
