import { expect, test } from 'vitest';
import { Detour, DETOUR_AGAIN_MS, DETOUR_MS, DETOURS_MAX } from './detour.ts';
import { Report } from './report.ts';
import type { Stat } from './report.ts';

type Remote = 'srflx' | 'relay';

/** What a browser tells of a pair of candidates: as few words as the cases here need. */
const ANSWERED: Partial<Stat> = { state: 'succeeded', requestsSent: 3, responsesReceived: 3 };
const ASKED_AGAIN: Partial<Stat> = { state: 'in-progress', requestsSent: 4, responsesReceived: 3 };
const UNANSWERED: Partial<Stat> = { state: 'in-progress', requestsSent: 8, responsesReceived: 0 };
const UNTRIED: Partial<Stat> = { state: 'waiting', requestsSent: 0, responsesReceived: 0 };
const DEAD: Partial<Stat> = { state: 'failed', requestsSent: 9, responsesReceived: 3 };

/** What a browser reports that goes on one of two pairs, the relayed one of which is answered. */
function report(selected: Remote, direct: Partial<Stat>): Report {
  const stat = (id: string, rest: Partial<Stat>): [string, Stat] => [
    id,
    { id, type: 'x', timestamp: 0, ...rest },
  ];
  const pair = (remote: Remote, told: Partial<Stat>) =>
    stat(`pair-${remote}`, {
      type: 'candidate-pair',
      localCandidateId: 'own',
      remoteCandidateId: remote,
      ...told,
    });
  return new Report(
    new Map([
      stat('own', { candidateType: 'srflx' }),
      stat('srflx', { candidateType: 'srflx' }),
      stat('relay', { candidateType: 'relay' }),
      pair('srflx', direct),
      pair('relay', ANSWERED),
      stat('transport', { type: 'transport', selectedCandidatePairId: `pair-${selected}` }),
    ]),
  );
}

const DETOUR = report('relay', ANSWERED);
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
  ['a direct pair', report('srflx', ANSWERED)],
  ['a relayed pair, where nothing answers directly', report('relay', UNANSWERED)],
  ['a relayed pair, where the direct one has died', report('relay', DEAD)],
])('%s is no detour', (_, what) => {
  expect(toldAt(new Detour(), 1000, what)).toEqual([]);
});

test('nor is a direct pair forgotten while the next check of it is under way, or because none was sent', () => {
  const first = DETOUR_MS / LOOK_MS;
  const asking = report('relay', ASKED_AGAIN);
  const detour = new Detour();
  const told = Array.from({ length: first }, (_, look) =>
    detour.look(LOOK_MS, look % 2 === 0 ? asking : DETOUR),
  );
  expect(told.indexOf(true)).toBe(first - 1);
  expect(toldAt(new Detour(), first, report('relay', UNTRIED))).toEqual([first]);
});

test('a relayed pair that gives way in time is none, and what was before it counts for nothing', () => {
  const detour = new Detour();
  const short = DETOUR_MS / LOOK_MS - 1;
  expect(toldAt(detour, short, DETOUR)).toEqual([]);
  expect(toldAt(detour, 1, report('srflx', ANSWERED))).toEqual([]);
  expect(toldAt(detour, short, DETOUR)).toEqual([]);
});
