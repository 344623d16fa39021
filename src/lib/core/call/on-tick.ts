import type { Milliseconds } from '#lib/domain/ids.ts';
import type { AcceptedCall, Call, LinkedCall, LiveCall } from './call-state.ts';
import { due, linkDeadline, silent } from './reliable.ts';
import { RESTART_AGAIN_MS, SILENCE_MS } from './timing.ts';
import { end, send } from './turn.ts';
import type { Turn } from './turn.ts';

/** When the call wants a tick next, or `Infinity`. */
export function nextDeadline(call: Call | undefined): Milliseconds {
  switch (call?.stage) {
    case undefined:
    case 'ended':
      return Infinity;
    case 'finding':
    case 'reaching':
      return call.deadline;
    case 'incoming': // Silence matters once it is accepted.
      return Math.min(call.deadline, linkDeadline({ ...call.link, silentAt: Infinity }));
    case 'rung':
    case 'ringing':
    case 'answering':
      return Math.min(call.deadline, linkDeadline(call.link));
    case 'connecting':
    case 'reconnecting':
      return Math.min(call.deadline, linkDeadline(call.link), call.restartAt ?? Infinity);
    case 'connected':
      return Math.min(linkDeadline(call.link), call.restartAt ?? Infinity);
  }
}

/** Some time has passed. Harmless at any moment. */
export function onTick(turn: Turn, call: Call): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return turn.now >= call.deadline ? expire(turn, call) : call;
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return turn.now >= call.deadline ? expire(turn, call) : keepAlive(turn, call);
    case 'connecting':
    case 'reconnecting':
      if (turn.now >= call.deadline) return expire(turn, call);
      return restartIfDue(turn, keepAlive(turn, call));
    case 'connected':
      return restartIfDue(turn, keepAlive(turn, call));
    case 'ended':
      return call;
  }
}

/** The time for a stage is up. */
function expire(turn: Turn, call: Exclude<LiveCall, { readonly stage: 'connected' }>): Call {
  switch (call.stage) {
    case 'finding':
      return end(turn, call, call.microphone === 'open' ? 'not-found' : 'microphone-refused');
    case 'reaching':
      return end(turn, call, call.microphone === 'open' ? 'not-reachable' : 'microphone-refused');
    case 'rung': // That device never said that it rings.
      return end(turn, call, 'not-reachable');
    case 'ringing':
      return end(turn, call, 'no-answer');
    case 'incoming':
      return end(turn, call, 'no-answer', { say: { type: 'decline', reason: 'no-answer' } });
    case 'answering': {
      // Accept was pressed, but the question for the microphone was never answered, or the path never made.
      const opened = call.microphone === 'open';
      return end(turn, call, opened ? 'connection-failed' : 'microphone-refused', {
        say: { type: 'decline', reason: opened ? 'unsupported' : 'no-microphone' },
      });
    }
    case 'connecting':
      return end(turn, call, 'connection-failed', { say: { type: 'hangup', reason: 'failed' } });
    case 'reconnecting':
      return end(turn, call, 'connection-lost', {
        say: { type: 'hangup', reason: 'connection-lost' },
      });
  }
}

/** Sends again what was not acknowledged, a heartbeat for want of it, and opens a channel beside a dead one. */
function keepAlive<C extends LinkedCall>(turn: Turn, call: C): C {
  const [link, frames] = due(call.link, turn.now);
  send(turn, link.device, frames);
  // Until Accept we dial nowhere for somebody who rings: the caller does.
  if (call.stage === 'incoming' || !silent(link, turn.now)) return { ...call, link };
  turn.effects.push({ do: 'reopen', device: link.device });
  return { ...call, link: { ...link, silentAt: turn.now + SILENCE_MS } };
}

/** An ICE restart, if the path has been broken for long enough and there is a way to tell the peer. */
function restartIfDue(turn: Turn, call: AcceptedCall): AcceptedCall {
  if (call.restartAt === undefined || turn.now < call.restartAt) return call;
  const later = { ...call, restartAt: turn.now + RESTART_AGAIN_MS };
  if (!call.link.open || call.restart === 'making' || call.restart === 'answering') return later;
  turn.effects.push({ do: 'make-restart' });
  return { ...later, restart: 'making' };
}
