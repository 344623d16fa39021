import { afterEach, expect, test, vi } from 'vitest';
import { browserMicrophones } from './microphones.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const never = new AbortController().signal;

/** A microphone whose track is in the test's hands. */
async function held(muted = false) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [track] = stream.getAudioTracks();
  if (track === undefined) throw new Error('no track');
  const system = vi.spyOn(track, 'muted', 'get').mockReturnValue(muted);
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockResolvedValueOnce(stream);
  const microphone = await browserMicrophones.open(undefined, never);
  const systemMutes = (now: boolean) => {
    system.mockReturnValue(now);
    track.dispatchEvent(new Event(now ? 'mute' : 'unmute'));
  };
  return { microphone, track, systemMutes };
}

test('the system takes the sound and gives it back', async () => {
  const { microphone, systemMutes } = await held();
  const run = vi.fn();
  microphone.onSystemMute(run);
  systemMutes(true);
  systemMutes(false);
  expect(run.mock.calls).toEqual([[true], [false]]);
  microphone.close();
  systemMutes(true);
  expect(run).toHaveBeenCalledTimes(2);
});

test('sound that the system had taken before anybody asked is told as well', async () => {
  const { microphone } = await held(true);
  const muted = await new Promise<boolean>((resolve) => {
    microphone.onSystemMute(resolve);
  });
  expect(muted).toBe(true);
  microphone.close();
});

test('a microphone that goes away is told, one that was closed is not', async () => {
  const [lost, closed] = [await held(), await held()];
  const run = vi.fn();
  lost.microphone.onLost(run);
  closed.microphone.onLost(run);
  closed.microphone.close();
  for (const { track } of [lost, closed]) track.dispatchEvent(new Event('ended'));
  expect(run).toHaveBeenCalledTimes(1);
  lost.microphone.close();
});
