import type { EndReason } from '#lib/domain/reasons.ts';
import type { CallView, EndedCallView } from './views.ts';

/** Endings of a call that never was on this screen as a call: it only rang. */
const RANG_ONLY: ReadonlySet<EndReason> = new Set([
  'declined',
  'cancelled-by-peer',
  'no-answer',
  'missed',
]);

/** Whether an ending needs no screen of its own: the ring simply goes away, at most with a line in passing. */
export function isQuietEnd(call: CallView): call is EndedCallView {
  return (
    call.stage === 'ended' &&
    call.direction === 'incoming' &&
    !call.accepted &&
    call.connected === undefined &&
    RANG_ONLY.has(call.reason)
  );
}

/** Whether a quiet ending is a missed call. */
export const isMissed = ({ accepted, reason }: EndedCallView): boolean =>
  !accepted && (reason === 'cancelled-by-peer' || reason === 'no-answer' || reason === 'missed');
