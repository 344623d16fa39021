import { expect, test } from 'vitest';
import type { EncodingName } from './encoding.ts';
import { EncodingLadder } from './encoding-ladder.ts';

const LOOK_MS = 250;
const REPORT_MS = 5000;

/** A ladder that is looked at every 250 ms, with a report of the peer every 5 s. */
function climbing(canRepeat = true) {
  const ladder = new EncodingLadder();
  let passed = 0;
  /** The encodings that were gone over to, with the ms after which. */
  const pass = (duration: number, availableKbps: number | undefined, lost = 0) => {
    const changes: (readonly [EncodingName, number])[] = [];
    for (let looked = LOOK_MS; looked <= duration; looked += LOOK_MS) {
      passed += LOOK_MS;
      const before = ladder.encoding;
      const report = passed % REPORT_MS === 0 ? { lost, span: REPORT_MS } : undefined;
      const told = { availableKbps, canRepeat: () => canRepeat, report };
      const now = ladder.look({ took: LOOK_MS, ...told });
      if (now !== before) changes.push([now, looked]);
    }
    return changes;
  };
  return { ladder, pass };
}

test('a good network changes nothing', () => {
  expect(climbing().pass(600_000, 106)).toEqual([]);
});

test('loss above 3 % for 5 s brings redundancy, below 1 % for 30 s ends it', () => {
  const { pass } = climbing();
  expect(pass(60_000, 106, 0.03)).toEqual([]);
  expect(pass(60_000, 106, 0.04)).toEqual([['redundant', 5000]]);
  expect(pass(60_000, 144, 0.01)).toEqual([]);
  expect(pass(60_000, 144, 0.005)).toEqual([['normal', 30_000]]);
});

test('where one of both cannot repeat, loss is no reason to say so', () => {
  expect(climbing(false).pass(60_000, 106, 0.04)).toEqual([]);
  expect(climbing(false).pass(60_000, undefined, 0.04)).toEqual([]);
});

test('redundancy is not added to what is too narrow for it, and given up there', () => {
  const { pass } = climbing();
  expect(pass(60_000, 70, 0.2)).toEqual([]);
  expect(pass(5000, 106, 0.2)).toEqual([['redundant', 250]]);
  expect(pass(60_000, 70, 0.2)).toEqual([['normal', 3000]]);
});

test('goes down by what is available, at once to where it belongs', () => {
  expect(climbing().pass(60_000, 50)).toEqual([['low', 3000]]);
  expect(climbing().pass(60_000, 30)).toEqual([['lowest', 3000]]);
  const { pass } = climbing();
  expect(pass(2750, 50)).toEqual([]);
  expect(pass(250, 61)).toEqual([]);
  expect(pass(2750, 50)).toEqual([]);
});

test('goes up step by step, with estimates as Chromium has them on a free network', () => {
  const { pass } = climbing();
  pass(3000, 30);
  expect(pass(10_000, 47)).toEqual([['low', 10_000]]);
  expect(pass(10_000, 62)).toEqual([['normal', 10_000]]);
  expect(pass(600_000, 106)).toEqual([]);
});

test('a step up that had to be taken back is tried again less often', () => {
  const { ladder, pass } = climbing();
  /** How long until it changes, while so much is available. */
  const changesAfter = (availableKbps: number) => {
    const before = ladder.encoding;
    let waited = 0;
    while (ladder.encoding === before) {
      pass(LOOK_MS, availableKbps);
      waited += LOOK_MS;
    }
    return waited;
  };
  changesAfter(50);
  const waited = [1, 2, 3, 4, 5, 6].map(() => {
    const up = changesAfter(58);
    expect(ladder.encoding).toBe('normal');
    expect(changesAfter(50)).toBe(3000);
    return up;
  });
  expect(waited).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 160_000]);
});

test('while nothing is sent the estimate means nothing', () => {
  const { pass } = climbing();
  expect(pass(600_000, undefined)).toEqual([]);
});

test('the data saver overrules all, and what was before it is forgotten', () => {
  const { ladder, pass } = climbing();
  ladder.setSaver(true);
  expect(ladder.encoding).toBe('saver');
  expect(pass(60_000, 30, 0.2)).toEqual([]);
  ladder.setSaver(false);
  expect(ladder.encoding).toBe('normal');
  expect(pass(2750, 106)).toEqual([]);
});
