import type { BreakCause } from '#lib/domain/call.ts';
import type { Milliseconds } from '#lib/domain/ids.ts';
import type { EndReason, OwnNetwork } from '#lib/domain/reasons.ts';
import type { LinkedLeg, OpenLeg } from '../leg/leg.ts';
import { due, linkDeadline, rewrite, silent, speaks } from '../leg/link.ts';
import { repairIfDue, restart } from '../leg/repair.ts';
import { send } from '../step.ts';
import type { Step } from '../step.ts';
import { ASLEEP_MS, AWOKEN_MS, PATIENT_MS, RINGING_MS, SILENCE_MS } from '../timing.ts';
import { causeOf } from './break-cause.ts';
import { end } from './end.ts';
import { tryMicrophoneIfDue } from './on-microphone.ts';
import { searchNow } from './on-way.ts';
import { isDeaf } from './own.ts';
import { withLeg } from './state.ts';
import type { AcceptedCall, Call, LinkedCall, LiveCall, Rung } from './state.ts';

/** When the call wants a tick next, or `Infinity`. */
export function nextDeadline(call: Call | undefined): Milliseconds {
  switch (call?.stage) {
    case undefined:
    case 'ended':
      return Infinity;
    case 'finding':
    case 'reaching':
      return Math.min(call.deadline, call.search.at ?? Infinity);
    case 'incoming': // Silence matters once it is accepted.
      return Math.min(call.deadline, linkDeadline({ ...call.leg.link, silentAt: Infinity }));
    case 'rung':
    case 'ringing':
    case 'answering':
      return Math.min(call.deadline, linkDeadline(call.leg.link));
    case 'connecting':
    case 'reconnecting':
      return Math.min(call.deadline, mendDeadline(call));
    case 'connected':
      return mendDeadline(call);
  }
}

function mendDeadline({ own, leg: { link, repair, hearing } }: AcceptedCall): Milliseconds {
  const { at: microphone = Infinity } = own.retry;
  const { at: restart = Infinity } = repair;
  const { repairAt: sound = Infinity } = hearing.silent ? hearing : {};
  return Math.min(linkDeadline(link), restart, microphone, sound);
}

/** Before anything else that happens: what waited for a path while this page slept gets time to try for one. */
export function awoken(call: Call, now: Milliseconds): Call {
  if (call.stage !== 'connecting' && call.stage !== 'reconnecting') return call;
  if (now - nextDeadline(call) <= ASLEEP_MS) return call;
  return { ...call, deadline: Math.max(call.deadline, now + AWOKEN_MS) };
}

/** Some time has passed. Harmless at any moment. */
export function onTick(step: Step, call: Call, ownNetwork: OwnNetwork): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      if (step.now >= call.deadline) return expire(step, call, ownNetwork);
      return step.now >= (call.search.at ?? Infinity) ? searchNow(step, call) : call;
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return step.now >= call.deadline ? expire(step, call, ownNetwork) : keepAlive(step, call);
    case 'connecting':
    case 'reconnecting':
      return step.now >= call.deadline
        ? expire(step, call, ownNetwork)
        : mend(step, keepAlive(step, call));
    case 'connected':
      return mend(step, keepAlive(step, call));
    case 'ended':
      return call;
  }
}

/** Whatever is broken and due to be tried again. */
function mend(step: Step, call: AcceptedCall): AcceptedCall {
  const heard = withLeg(call, repairSoundIfDue(step, call.leg));
  const speaking = tryMicrophoneIfDue(step, heard);
  return withLeg(speaking, repairIfDue(step, speaking.leg));
}

/** Packets without sound: an ICE restart, once, in case a middlebox on the way is to blame. */
function repairSoundIfDue(step: Step, leg: OpenLeg): OpenLeg {
  const { hearing } = leg;
  if (!hearing.silent || step.now < (hearing.repairAt ?? Infinity)) return leg;
  const once = { ...leg, hearing: { silent: true, repairAt: undefined } } as const;
  const tell = speaks(leg.link) && isDeaf(leg) && leg.descriptions.path === 'connected';
  return tell ? restart(step, once) : once;
}

const LOST: Record<BreakCause, EndReason> = {
  'own-network': 'own-network-lost',
  'peer-network': 'peer-network-lost',
  unknown: 'connection-lost',
};

/** The time for a stage is up. */
function expire(
  step: Step,
  call: Exclude<LiveCall, { readonly stage: 'connected' }>,
  ownNetwork: OwnNetwork,
): Call {
  switch (call.stage) {
    case 'finding':
      return end(step, call, isAsked(call) ? 'microphone-refused' : 'not-found');
    case 'reaching':
      if (isAsked(call)) return end(step, call, 'microphone-refused');
      return end(step, call, call.patient ? 'not-found' : 'not-reachable');
    case 'rung': // That device never said that it rings.
      return call.patient &&
        call.leg.link.acknowledged === 0 &&
        step.now < call.started + PATIENT_MS
        ? ringOn(step, call)
        : end(step, call, 'not-reachable');
    case 'ringing':
      return end(step, call, 'no-answer');
    case 'incoming':
      return end(step, call, 'no-answer', { say: { type: 'decline', reason: 'no-answer' } });
    case 'answering': {
      // Accept was pressed, but the question for the microphone was never answered, or the path never made.
      const opened = !isAsked(call);
      return end(step, call, opened ? 'connection-failed' : 'microphone-refused', {
        say: { type: 'decline', reason: opened ? 'unsupported' : 'no-microphone' },
      });
    }
    case 'connecting':
      return end(step, call, 'connection-failed', { say: { type: 'hangup', reason: 'failed' } });
    case 'reconnecting':
      return end(step, call, LOST[causeOf(call.leg, step.now, ownNetwork)], {
        say: { type: 'hangup', reason: 'connection-lost' },
      });
  }
}

/** Whether the person has not answered the question for the microphone. */
const isAsked = ({ own }: LiveCall): boolean => own.microphone === 'opening';

/** Until Accept we dial nowhere for somebody who rings: the caller does. */
const keepAlive = <C extends LinkedCall>(step: Step, call: C): C =>
  withLeg(call, keptAlive<C['leg']>(step, call.leg, call.stage !== 'incoming'));

/** Sends again what was not acknowledged, a heartbeat for want of it, and opens a channel beside a dead one. */
function keptAlive<L extends LinkedLeg>(step: Step, leg: L, mayDial: boolean): L {
  const [link, frames] = due(leg.link, step.now);
  send(step, link, frames);
  if (!mayDial || !silent(link, step.now)) return { ...leg, link };
  step.effects.push({ to: 'way', do: 'reopen', device: link.device });
  return { ...leg, link: { ...link, silentAt: step.now + SILENCE_MS } };
}

/** The RING of a patient call never arrived: it goes on, with another minute to ring in. */
function ringOn(step: Step, call: Rung): Rung {
  const issued = step.now;
  const deadline = issued + RINGING_MS;
  const link = rewrite(call.leg.link, (body) =>
    body.type === 'ring' ? { ...body, issued, expires: deadline } : body,
  );
  return keepAlive(step, { ...call, leg: { ...call.leg, link }, deadline });
}
