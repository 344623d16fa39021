import type { Candidate, PathState } from '#lib/ports/media.ts';
import type { Media, Sound } from './call-event.ts';
import type { AcceptedCall, Answering, Call, LiveCall, Reaching, Rung } from './call-state.ts';
import { newLink } from './reliable.ts';
import { RESTART_AGAIN_MS, RESTART_UNANSWERED_MS, RINGING_MS } from './timing.ts';
import {
  describe,
  end,
  goLive,
  holdCandidate,
  restartTime,
  say,
  settle,
  showCandidates,
} from './turn.ts';
import type { Turn } from './turn.ts';

/** The media path or the microphone reports. */
export function onMedia(turn: Turn, call: Call, event: Media | Sound): Call {
  if (call.stage === 'ended') return call;
  switch (event.type) {
    case 'offer-made':
      return onOfferMade(turn, call, event.offer);
    case 'answer-made':
      return onAnswerMade(turn, call, event.answer);
    case 'answer-taken':
      return describe(turn, call);
    case 'restart-made':
      return onRestartMade(turn, call, event.offer);
    case 'path-error':
      return onPathError(turn, call, event.at);
    case 'candidate':
      return onOwnCandidate(turn, call, event.candidate);
    case 'path-state':
      return onPathState(turn, call, event.state);
    case 'play-blocked':
      return { ...call, playBlocked: event.blocked };
    case 'microphone-opened':
      return onMicrophoneOpened(turn, call);
    case 'microphone-error':
      return onMicrophoneError(turn, call, event.problem);
    case 'microphone-lost':
      return onMicrophoneLost(turn, call);
  }
}

function onOfferMade(turn: Turn, call: LiveCall, offer: string): Call {
  switch (call.stage) {
    case 'finding':
      return { ...call, offer };
    case 'reaching':
      return ringIfReady(turn, { ...call, offer });
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return call;
  }
}

/** RING, once there is a channel to send it on, an offer to put in it and a microphone to speak into. */
export function ringIfReady(turn: Turn, call: Reaching): Reaching | Rung {
  const { device, offer, microphone, self, ...rest } = call;
  if (device === undefined || offer === undefined || microphone !== 'open') return call;
  const deadline = turn.now + RINGING_MS;
  const link = newLink(call.id, device, turn.now);
  const rung: Rung = { ...rest, microphone, stage: 'rung', link, answer: 'none', deadline };
  const issued = turn.now;
  const told = say(turn, rung, { type: 'ring', ...self, offer, issued, expires: deadline });
  return call.privacy.warm ? showCandidates(turn, told) : told;
}

function onAnswerMade(turn: Turn, call: LiveCall, answer: string): Call {
  switch (call.stage) {
    case 'incoming':
      if (call.answer !== 'making') return call;
      return describe(turn, say(turn, { ...call, answer: 'sent' }, { type: 'answer', answer }));
    case 'answering':
      if (call.answer !== 'making') return call;
      return acceptIfReady(turn, describe(turn, { ...call, answer: { made: answer } }));
    case 'connecting':
    case 'connected':
    case 'reconnecting': {
      if (call.restart !== 'answering') return call;
      const restartAt = call.restartAt === undefined ? undefined : turn.now + RESTART_AGAIN_MS;
      const idle = { ...call, restart: 'idle', restartAt } as const;
      return showCandidates(turn, describe(turn, say(turn, idle, { type: 'answer', answer })));
    }
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
      return call;
  }
}

/** ACCEPT, once there is an answer and a microphone to speak into. */
function acceptIfReady(turn: Turn, call: Answering): Call {
  const { answer, microphone } = call;
  if (microphone !== 'open' || answer === 'none' || answer === 'making') return call;
  const accepted = say(turn, call, {
    type: 'accept',
    ...(answer !== 'sent' && { answer: answer.made }),
  });
  return goLive(turn, accepted, accepted.link.sent);
}

function onRestartMade(turn: Turn, call: LiveCall, offer: string): Call {
  switch (call.stage) {
    case 'connecting':
    case 'connected':
    case 'reconnecting': {
      if (call.restart !== 'making') return call;
      const restartAt = turn.now + RESTART_UNANSWERED_MS;
      const offered = { ...call, restart: 'offered', restartAt } as const;
      return showCandidates(turn, say(turn, offered, { type: 'restart', offer }));
    }
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return call;
  }
}

type PathErrorAt = Extract<Media, { readonly type: 'path-error' }>['at'];

function onPathError(turn: Turn, call: LiveCall, at: PathErrorAt): Call {
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return end(turn, call, 'unsupported');
    case 'rung':
    case 'ringing':
      return end(turn, call, 'peer-unsupported');
    case 'incoming':
    case 'answering':
      return end(turn, call, 'peer-unsupported', {
        say: { type: 'decline', reason: 'unsupported' },
      });
    case 'connecting':
      // A cold caller takes the answer only now: if that does not fit, nothing will.
      if (at === 'take-answer' && call.media.path !== 'connected') {
        const failed = { type: 'hangup', reason: 'failed' } as const;
        return end(turn, call, 'connection-failed', { say: failed });
      }
      return onRestartFailed(turn, call, at);
    case 'connected':
    case 'reconnecting':
      return onRestartFailed(turn, call, at);
  }
}

/** It is tried again while the path is broken. What gave way to the peer's restart may fail without ending that. */
function onRestartFailed(turn: Turn, call: AcceptedCall, at: PathErrorAt): AcceptedCall {
  const failed =
    (at === 'restart' && call.restart === 'making') ||
    (at === 'answer' && call.restart === 'answering');
  return failed ? showCandidates(turn, { ...call, restart: 'idle' }) : call;
}

function onOwnCandidate(turn: Turn, call: LiveCall, candidate: Candidate): Call {
  const body = { type: 'candidate', ...candidate } as const;
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return holdCandidate(call, candidate);
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return call.privacy.warm ? say(turn, call, body) : holdCandidate(call, candidate);
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      // Candidates of a new description must not come before it: they would be tried with the old one.
      return call.restart === 'making' || call.restart === 'answering'
        ? holdCandidate(call, candidate)
        : say(turn, call, body);
  }
}

function onPathState(turn: Turn, call: LiveCall, path: PathState): Call {
  if (path === 'not-secure') {
    const say = { type: 'hangup', reason: 'not-secure' } as const;
    return end(turn, call, 'not-secure', { say });
  }
  const next = { ...call, media: { ...call.media, path } };
  switch (next.stage) {
    case 'finding':
    case 'reaching':
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'answering':
      return next; // Nothing is claimed before ACCEPT.
    case 'connecting':
    case 'connected':
    case 'reconnecting': {
      const wanted = restartTime(path, next.polite, turn.now);
      // While a restart is under way its own deadline stays; `connecting` is part of it.
      const restartAt = path === 'connected' ? undefined : (next.restartAt ?? wanted);
      return settle(turn, { ...next, restartAt });
    }
  }
}

function onMicrophoneOpened(turn: Turn, call: LiveCall): Call {
  // A lost one may be replaced by choosing another.
  if (call.microphone !== 'opening' && call.microphone !== 'lost') return call;
  const open = { ...call, microphone: 'open' } as const;
  turn.effects.push({ do: 'set-muted', muted: call.muted });
  switch (open.stage) {
    case 'reaching':
      return ringIfReady(turn, open);
    case 'answering':
      return acceptIfReady(turn, open);
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      turn.effects.push({ do: 'send-sound' });
      return open;
    case 'finding':
    case 'rung':
    case 'ringing':
    case 'incoming':
      return open;
  }
}

function onMicrophoneError(
  turn: Turn,
  call: LiveCall,
  problem: Extract<Sound, { readonly type: 'microphone-error' }>['problem'],
): Call {
  if (call.microphone !== 'opening') return call;
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return end(turn, call, `microphone-${problem}`);
    case 'answering':
      return end(turn, call, `microphone-${problem}`, {
        say: { type: 'decline', reason: 'no-microphone' },
      });
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return { ...call, microphone: 'lost' };
  }
}

function onMicrophoneLost(turn: Turn, call: LiveCall): Call {
  if (call.microphone !== 'open') return call;
  switch (call.stage) {
    case 'finding':
    case 'reaching':
      return end(turn, call, 'microphone-failed');
    case 'answering':
      return end(turn, call, 'microphone-failed', {
        say: { type: 'decline', reason: 'no-microphone' },
      });
    case 'rung':
    case 'ringing':
    case 'incoming':
    case 'connecting':
    case 'connected':
    case 'reconnecting':
      return { ...call, microphone: 'lost' };
  }
}
