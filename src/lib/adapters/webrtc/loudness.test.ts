import { afterEach, expect, test, vi } from 'vitest';
import { loudnessOfReceiver } from './loudness.ts';

afterEach(() => vi.useRealTimers());

/** A receiver whose last packet was that loud; `arrive` brings another. */
function receiver(audioLevel: number) {
  const last = { audioLevel, rtpTimestamp: 0 };
  const one = { getSynchronizationSources: () => [{ ...last }] };
  return {
    loudness: loudnessOfReceiver(one as unknown as RTCRtpReceiver),
    arrive: () => last.rtpTimestamp++,
  };
}

test.each([
  [0, 0],
  [1e-4, 0],
  [10 ** (-30 / 20), 0.5],
  [1, 1],
])('a packet of level %s is as loud as an ear takes it: %s', (level, loudness) => {
  expect(receiver(level).loudness.read()).toBeCloseTo(loudness, 5);
});

test('a connection that has gone silent stands still, and is not as loud as its last packet', () => {
  vi.useFakeTimers();
  const { loudness, arrive } = receiver(1);
  expect(loudness.read()).toBe(1);
  vi.advanceTimersByTime(200);
  expect(loudness.read()).toBe(1);
  arrive();
  vi.advanceTimersByTime(200);
  expect(loudness.read()).toBe(1);
  vi.advanceTimersByTime(400);
  expect(loudness.read()).toBe(0);
  arrive();
  expect(loudness.read()).toBe(1);
});
