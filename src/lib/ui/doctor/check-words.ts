import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import { m } from '#lib/messages/messages.js';
import type { DoctorCheck, NatKind, PathVerdict, RelayTest } from '#lib/state/views.ts';
import { insteadText } from '#lib/ui/words/microphone.ts';
import { millisecondsText } from '#lib/ui/words/time.ts';

/** Why the microphone does not open, and what to do. */
export const MICROPHONE_WORDS: Record<MicrophoneProblem, () => string> = {
  refused: m.microphone_refused,
  missing: m.microphone_missing,
  failed: m.microphone_failed,
};

const NAT_WORDS: Record<NatKind, () => string> = {
  open: m.nat_open,
  cone: m.nat_cone,
  symmetric: m.nat_symmetric,
  blocked: m.nat_blocked,
  unknown: m.nat_unknown,
};

type Impossible = Extract<PathVerdict, { path: 'impossible' }>['because'];

const IMPOSSIBLE_WORDS: Record<Impossible, () => string> = {
  unsupported: m.verdict_unsupported,
  offline: m.verdict_offline,
  'not-found': m.verdict_not_found,
  'not-reachable': m.verdict_not_reachable,
  'no-turn': m.verdict_no_turn,
  'hidden-no-relay': m.verdict_hidden,
  'key-changed': m.verdict_key_changed,
};

/** What a check looks at. */
export function checkTitle(check: DoctorCheck): string {
  switch (check.check) {
    case 'browser':
      return m.check_browser();
    case 'microphone':
      return m.check_microphone();
    case 'relay':
      return m.check_relay({ name: check.name });
    case 'udp':
      return m.check_udp();
    case 'stun':
      return m.check_stun();
    case 'turn':
      return m.check_turn({ transport: check.transport.toUpperCase() });
    case 'nat':
      return m.check_nat();
    case 'verdict':
      return m.check_verdict({ name: check.name });
  }
}

/** What a check found, and what to do about it; empty where its state says it all. */
export function checkText(check: DoctorCheck): string {
  const { state } = check;
  if (state === 'waiting' || state === 'running' || state === 'stopped') return '';
  switch (check.check) {
    case 'browser':
      return m.unsupported_webrtc();
    case 'microphone':
      if (check.instead !== undefined) return insteadText(check.instead);
      if (check.problem) return MICROPHONE_WORDS[check.problem]();
      return check.state === 'good' ? m.microphone_good() : '';
    case 'relay':
      return check.result ? relayText(check.result) : '';
    case 'udp':
      return check.state === 'good' ? m.udp_good() : unless(check, m.udp_bad);
    case 'stun':
      return check.mapped ?? unless(check, m.stun_bad);
    case 'turn':
      if (check.state === 'skipped') return m.turn_skipped();
      if (check.state === 'bad' || check.state === 'warning') return m.turn_bad();
      return check.tookMs === undefined ? '' : answersIn(check.tookMs);
    case 'nat':
      return check.kind ? NAT_WORDS[check.kind]() : unless(check, m.nat_unknown);
    case 'verdict':
      return check.verdict ? verdictText(check.verdict) : '';
  }
}

/** Nothing is claimed of what was not looked at. */
const unless = ({ state }: DoctorCheck, words: () => string): string =>
  state === 'skipped' ? '' : words();

const answersIn = (ms: number): string => m.check_took({ time: millisecondsText(ms) });

function relayText({ reached, roundTripMs, lookup, turn }: RelayTest): string {
  if (reached === 'unreachable') return m.relay_check_unreachable();
  if (reached === 'refused') return m.relay_check_refused();
  const faults = [
    ...(lookup === false ? [m.relay_check_lookup()] : []),
    ...(turn === 'silent' ? [m.relay_check_turn()] : []),
  ];
  return faults.length > 0 ? faults.join(' ') : answersIn(roundTripMs ?? reached.tookMs);
}

function verdictText(verdict: PathVerdict): string {
  switch (verdict.path) {
    case 'direct':
      return m.verdict_direct();
    case 'relayed':
      return m.verdict_relayed({ via: verdict.via });
    case 'likely':
      return verdict.via === undefined
        ? m.verdict_likely()
        : m.verdict_likely_via({ via: verdict.via });
    case 'impossible':
      return IMPOSSIBLE_WORDS[verdict.because]();
  }
}
