import { expect, test } from 'vitest';
import { Detour, DETOUR_AGAIN_MS, DETOUR_MS, DETOURS_MAX } from './detour.ts';
import { Report } from './report.ts';
import type { Stat } from './report.ts';

type Remote = 'srflx' | 'relay';

/** What a browser reports that goes on one pair, and has been answered over these. */
function report(selected: Remote, ...answered: readonly Remote[]): Report {
  const stat = (id: string, rest: Partial<Stat>): [string, Stat] => [
    id,
    { id, type: 'x', timestamp: 0, ...rest },
  ];
  const pair = (remote: Remote, state: string) =>
    stat(`pair-${remote}`, {
      ...{ type: 'candidate-pair', state },
      ...{ localCandidateId: 'own', remoteCandidateId: remote },
    });
  return new Report(
    new Map([
      stat('own', { candidateType: 'srflx' }),
      stat('srflx', { candidateType: 'srflx' }),
      stat('relay', { candidateType: 'relay' }),
      pair('srflx', answered.includes('srflx') ? 'succeeded' : 'in-progress'),
      pair('relay', answered.includes('relay') ? 'succeeded' : 'in-progress'),
      stat('transport', { type: 'transport', selectedCandidatePairId: `pair-${selected}` }),
    ]),
  );
}

const DETOUR = report('relay', 'relay', 'srflx');
const LOOK_MS = 250;

/** At which looks it is told, of so many in a row. */
function toldAt(detour: Detour, looks: number, what: Report): readonly number[] {
  return Array.from({ length: looks }, (_, look) => look + 1).filter(() =>
    detour.look(LOOK_MS, what),
  );
}

test('a relayed pair that stays although a direct one was answered is told, a second time later, and no more', () => {
  const first = DETOUR_MS / LOOK_MS;
  const second = first + DETOUR_AGAIN_MS / LOOK_MS;
  const told = toldAt(new Detour(), 1000, DETOUR);
  expect(told).toEqual([first, second]);
  expect(told).toHaveLength(DETOURS_MAX);
});

test.each([
  ['a direct pair', report('srflx', 'relay', 'srflx')],
  ['a relayed pair, where nothing answers directly', report('relay', 'relay')],
])('%s is no detour', (_, what) => {
  expect(toldAt(new Detour(), 1000, what)).toEqual([]);
});

test('a relayed pair that gives way in time is none, and what was before it counts for nothing', () => {
  const detour = new Detour();
  const short = DETOUR_MS / LOOK_MS - 1;
  expect(toldAt(detour, short, DETOUR)).toEqual([]);
  expect(toldAt(detour, 1, report('srflx', 'relay', 'srflx'))).toEqual([]);
  expect(toldAt(detour, short, DETOUR)).toEqual([]);
});
