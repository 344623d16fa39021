import { expect, test } from 'vitest';
import { GATED_SILENT_AFTER_MS, Hearing, REPLAY_AFTER_MS, SILENT_AFTER_MS } from './hearing.ts';
import type { HearingSign } from './hearing.ts';

const LOOK_MS = 250;
/** Energy of 250 ms, as Chromium gave it: zeros through Opus, noise at -90 and -80 dBFS, a voice. */
const ZEROS = 2.3e-10;
const NOISE_90 = 3.5e-10;
const NOISE_80 = 5e-9;
const VOICE = 1e-3;

function listening(expected = true) {
  const hearing = new Hearing();
  hearing.expect(expected);
  let passed = 0;
  const signs: (readonly [HearingSign, number])[] = [];
  const listen = (
    duration: number,
    energy: number | undefined,
    part: { readonly came?: boolean; readonly playing?: boolean; readonly played?: number } = {},
  ) => {
    for (let looked = 0; looked < duration; looked += LOOK_MS) {
      passed += LOOK_MS;
      const { came = true, playing = true, played = LOOK_MS / 1000 } = part;
      const sign = hearing.look({ took: LOOK_MS, came, playing, played, energy });
      if (sign !== undefined) signs.push([sign, passed]);
    }
    return signs;
  };
  return { hearing, listen, signs };
}

test('digital silence: the player is started again, then it is said, once', () => {
  expect(listening().listen(60_000, ZEROS)).toEqual([
    ['replay', REPLAY_AFTER_MS],
    ['silent', SILENT_AFTER_MS],
  ]);
});

test('a voice that is back is told, and the next silence again', () => {
  const { listen } = listening();
  listen(5000, ZEROS);
  expect(listen(250, VOICE).at(-1)).toEqual(['heard', 5250]);
  expect(
    listen(5000, ZEROS)
      .slice(-2)
      .map(([sign]) => sign),
  ).toEqual(['replay', 'silent']);
});

test.each([NOISE_90, NOISE_80, VOICE])('%d is no silence', (energy) => {
  expect(listening().listen(60_000, energy)).toEqual([]);
});

test('a player that stands still, and one that plays nothing of what comes, are silence', () => {
  expect(
    listening()
      .listen(4000, VOICE, { playing: false })
      .map(([sign]) => sign),
  ).toEqual(['replay', 'silent']);
  expect(
    listening()
      .listen(4000, 0, { played: 0 })
      .map(([sign]) => sign),
  ).toEqual(['replay', 'silent']);
});

test('nothing is said of a peer who is muted, without packets, or where the browser does not tell', () => {
  expect(listening(false).listen(60_000, ZEROS)).toEqual([]);
  expect(listening().listen(60_000, 0, { came: false })).toEqual([]);
  expect(listening().listen(60_000, undefined)).toEqual([]);
});

test('a peer who mutes ends the silence', () => {
  const { hearing, listen } = listening();
  listen(5000, ZEROS);
  expect(hearing.expect(false)).toBe('heard');
  expect(hearing.expect(true)).toBe(undefined);
});

test('a microphone that is silent between words is given time', () => {
  const { listen, signs } = listening();
  for (const _ of [1, 2]) {
    listen(1000, VOICE);
    listen(2000, ZEROS);
  }
  listen(1000, VOICE);
  const before = 7000;
  listen(60_000, ZEROS);
  expect(signs).toEqual([
    ['replay', before + REPLAY_AFTER_MS],
    ['silent', before + GATED_SILENT_AFTER_MS],
  ]);
});
