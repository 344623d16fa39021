import type { DoctorCheck } from './doctor.ts';
import type { RelayTest } from '../relays/reachability.ts';

const ms = (label: string, value: number | undefined): string[] =>
  value === undefined ? [] : [`${label}${Math.round(value)} ms`];

function relayFacts(result: RelayTest | undefined): string[] {
  if (result === undefined) return [];
  const { reached, roundTripMs, lookup, turn } = result;
  return [
    ...(typeof reached === 'string' ? [reached] : ms('reached in ', reached.tookMs)),
    ...ms('round trip ', roundTripMs),
    ...(lookup === undefined ? [] : [`lookup ${lookup ? 'works' : 'fails'}`]),
    ...(turn === undefined ? [] : [`TURN ${turn}`]),
  ];
}

function line(check: DoctorCheck, relay: number): readonly [title: string, facts: string[]] {
  switch (check.check) {
    case 'browser':
      return ['Voice connections of the browser', []];
    case 'microphone':
      if (check.instead !== undefined) return ['Microphone', ['another than the chosen one']];
      return ['Microphone', check.problem === undefined ? [] : [check.problem]];
    case 'relay':
      return [`Relay ${relay}`, relayFacts(check.result)];
    case 'udp':
      return ['UDP', []];
    case 'stun':
      return ['STUN address', []];
    case 'turn':
      return [`TURN by ${check.transport.toUpperCase()}`, ms('', check.tookMs)];
    case 'nat':
      return ['NAT', check.kind === undefined ? [] : [check.kind]];
    case 'verdict': {
      const { verdict } = check;
      if (verdict === undefined) return ['Call with a contact', []];
      return [
        'Call with a contact',
        [verdict.path, ...(verdict.path === 'impossible' ? [verdict.because] : [])],
      ];
    }
  }
}

/**
 * What a run found, as text to send to somebody who helps: relays by number, no names, keys or addresses. In English,
 * for it is read by whoever keeps the relay or the code.
 */
export function reportOf(checks: readonly DoctorCheck[]): string {
  let relay = 0;
  const lines = checks.map((check) => {
    if (check.check === 'relay') relay += 1;
    const [title, facts] = line(check, relay);
    return `${title}: ${check.state}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
  });
  return ['WOXLY connection report', ...lines, ''].join('\n');
}
