import { medianOf } from './table.ts';
import type { Row } from './table.ts';

/** The one that the goals name. */
export const REFERENCE = 'PeerJS';
/** Who is called, and how much longer than at {@link REFERENCE} it may take from Accept until sound is heard. */
const PEOPLE = [
  ['contact', 0.35],
  ['stranger', 1.1],
] as const;

/** What was promised of these medians, and whether it is so. R: the round trip of each side to the servers, ms. */
export function goals(title: string, rows: readonly Row[], r: number): string {
  const of = (name: string) => rows.find((row) => row.name === name)?.calls;
  const peerJs = of(REFERENCE);
  const lines = PEOPLE.flatMap(([who, share]) => {
    const calls = of(`WOXLY, ${who}`);
    return [
      judged(`${who}, call → ring`, medianOf(calls, 'callToRing'), 1.2 * r + 30),
      ...(['acceptToCaller', 'acceptToCallee'] as const).map((kind) =>
        judged(`${who}, ${kind}`, medianOf(calls, kind), share * medianOf(peerJs, kind)),
      ),
    ];
  });
  return [`Goals, ${title}:`, ...lines].join('\n');
}

function judged(what: string, value: number, most: number): string {
  if (Number.isNaN(value) || Number.isNaN(most)) return `${what}: not measured`;
  const verdict = value <= most ? 'held' : 'MISSED';
  return `${what}: ${value.toFixed(0)} ms, at most ${most.toFixed(0)}: ${verdict}`;
}
