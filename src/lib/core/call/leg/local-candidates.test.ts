import { expect, test } from 'vitest';
import { CANDIDATES_MAX } from '#lib/protocol/limits.ts';
import { certificate, at } from '#lib/testing/machine-play.ts';
import type { MachinePlay } from '#lib/testing/machine-play.ts';
import { TARGET_EVERY_MS, TARGETS_MAX } from './targets.ts';

const PRINTER = '192.168.7.20';
const HIDDEN = '1eafa162-9415-4da3-a737-ecc848e0455a.local';
const line = (address: string, port = 40_000, type = 'host') =>
  `candidate:1 1 udp 2113937151 ${address} ${port} typ ${type}`;
const hear = (play: MachinePlay, address: string, port?: number) =>
  play.hear({ type: 'candidate', candidate: line(address, port) });
const ownIs = (play: MachinePlay, address: string) =>
  play.tell({ type: 'candidate', candidate: { candidate: line(address) } });
/** What the browser was given in the last step. */
const used = (play: MachinePlay): readonly string[] =>
  play.effects.flatMap((effect) =>
    effect.do === 'add-candidate' ? (effect.candidate.candidate.split(' ')[4] ?? '') : [],
  );

test.each([PRINTER, HIDDEN, 'fd00::7', '10.0.0.1'])(
  'whoever rings sends us nowhere in a private network before Accept: %s',
  (address) => {
    const play = at('incoming').tell({ type: 'answer-made', answer: 'our answer' });
    expect(used(ownIs(hear(play, address), '192.168.7.2'))).toEqual([]);
    expect(used(hear(play, '203.0.113.7'))).toEqual(['203.0.113.7']);
    expect(used(play.wait(10_000))).toEqual([]);
    expect(used(play.tell({ type: 'accept' }))).toEqual([address]);
    expect(used(hear(play, '192.168.9.9'))).toEqual(['192.168.9.9']);
  },
);

test('accepted before our answer is made, they are used with it', () => {
  const play = hear(at('incoming'), PRINTER).tell({ type: 'accept' });
  expect(used(play)).toEqual([]);
  expect(used(play.tell({ type: 'answer-made', answer: 'our answer' }))).toEqual([PRINTER]);
});

const answered = () =>
  at('ringing').hear({ type: 'answer', answer: 'their answer' }).tell({ type: 'answer-taken' });

test('who was called sends us nowhere in a private network that we are not in, before they accept', () => {
  const play = ownIs(answered(), '192.168.1.2');
  for (const address of [PRINTER, HIDDEN, '10.0.0.1']) {
    expect(used(hear(play, address))).toEqual([]);
  }
  expect(used(play.hear({ type: 'accept', certificate }))).toEqual([PRINTER, HIDDEN, '10.0.0.1']);
});

test('two in one network find each other while it rings', () => {
  expect(used(hear(ownIs(answered(), '192.168.7.2'), PRINTER))).toEqual([PRINTER]);
  // In whatever order they learn it.
  const play = hear(answered(), PRINTER);
  expect(used(play)).toEqual([]);
  expect(used(ownIs(play, '192.168.7.2'))).toEqual([PRINTER]);
});

/** How many candidates are used of as many restarts as these, each with as many candidates as a description may have. */
function ofRestarts(address: (number: number) => readonly [string, number?], wait = 0): number {
  const play = at('connected', { polite: true });
  let count = 0;
  for (let round = 1; round <= 5; round += 1) {
    play.hear({ type: 'restart', offer: 'their offer', round });
    play.tell({ type: 'answer-made', answer: 'our answer', round });
    for (let number = 0; number < CANDIDATES_MAX; number += 1) {
      count += used(hear(play, ...address(round * 100 + number))).length;
    }
    play.now += wait;
  }
  return count;
}

test('whoever restarts ICE again and again makes no scanner of us', () => {
  expect(ofRestarts((number) => [PRINTER, 20_000 + number])).toBe(TARGETS_MAX);
  expect(ofRestarts((number) => [`10.0.${Math.floor(number / 100)}.${number % 100}`])).toBe(
    TARGETS_MAX,
  );
  expect(ofRestarts((number) => [`203.0.${Math.floor(number / 100)}.${number % 100}`])).toBe(
    TARGETS_MAX,
  );
});

test('with time there are more, and never more at once', () => {
  const hosts = (number: number) => [`203.0.${Math.floor(number / 100)}.${number % 100}`] as const;
  expect(ofRestarts(hosts, 2 * TARGET_EVERY_MS)).toBe(TARGETS_MAX + 8);
  expect(ofRestarts(hosts, 1000 * TARGET_EVERY_MS)).toBe(5 * TARGETS_MAX);
});

test('a relay through which a peer comes again on another port is not another target', () => {
  expect(ofRestarts((number) => ['203.0.113.4', 20_000 + number])).toBe(5 * CANDIDATES_MAX);
});
