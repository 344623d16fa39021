import { expect, test } from 'vitest';
import { goals } from './goals.ts';

const R = 50;
const row = (name: string, callToRing: number, toCaller: number, toCallee: number) => ({
  name,
  calls: [{ callToRing, acceptToCaller: toCaller, acceptToCallee: toCallee }],
});
const verdicts = (rows: Parameters<typeof goals>[1]) =>
  goals('cold', rows, R)
    .split('\n')
    .slice(1)
    .map((line) => line.split(': ').at(-1));

test('each goal is judged, for contacts and for strangers', () => {
  const peerJs = row('PeerJS', 100, 400, 500);
  const held = [peerJs, row('WOXLY, contact', 90, 140, 175), row('WOXLY, stranger', 90, 440, 550)];
  expect(verdicts(held)).toEqual(Array<string>(6).fill('held'));
  const not = [peerJs, row('WOXLY, contact', 91, 141, 176), row('WOXLY, stranger', 91, 441, 551)];
  expect(verdicts(not)).toEqual(Array<string>(6).fill('MISSED'));
});

test('nothing is judged that could not be measured', () => {
  const alone = [
    row('WOXLY, contact', 90, 140, 175),
    { name: 'WOXLY, stranger', calls: undefined },
  ];
  expect(verdicts(alone)).toEqual(['held', ...Array<string>(5).fill('not measured')]);
});
