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

/** A machine with these microphones, of which some do not open; each opens a track of that name. */
function machine(open: Readonly<Record<string, string | undefined>>) {
  const listed = Object.keys(open).map((deviceId) => ({
    kind: 'audioinput',
    deviceId,
    label: deviceId,
  }));
  vi.spyOn(navigator.mediaDevices, 'enumerateDevices').mockResolvedValue(
    listed as unknown as MediaDeviceInfo[],
  );
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const asked: string[] = [];
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    const audio = constraints?.audio as MediaTrackConstraints;
    const { exact = 'default' } = (audio.deviceId ?? {}) as { exact?: string };
    asked.push(exact);
    const problem = open[exact];
    if (problem !== undefined) throw new DOMException('no', problem);
    const stream = await real({ audio: true });
    for (const track of stream.getTracks()) {
      Object.defineProperty(track, 'label', { value: exact });
    }
    return stream;
  });
  return asked;
}

test.each([
  ['busy', 'NotReadableError'],
  ['that fails to start', 'AbortError'],
  ['that is gone', 'OverconstrainedError'],
  ['that is not found', 'NotFoundError'],
])(
  'a chosen microphone %s is stood in for by one that is free, which is said',
  async (_, problem) => {
    const asked = machine({ default: 'NotReadableError', usb: problem, desk: undefined });
    const microphone = await browserMicrophones.open('usb', never);
    expect(microphone.instead).toBe('desk');
    expect(asked).toEqual(['usb', 'default', 'desk']);
    microphone.close();
  },
);

test("the system's own choice may be busy as well", async () => {
  machine({ default: 'NotReadableError', communications: undefined, desk: undefined });
  const microphone = await browserMicrophones.open(undefined, never);
  expect(microphone.instead).toBe('desk');
  microphone.close();
});

test('the one that was asked for stands in for nobody', async () => {
  machine({ default: undefined, usb: undefined });
  const microphone = await browserMicrophones.open('usb', never);
  expect(microphone).not.toHaveProperty('instead');
  microphone.close();
});

test('what is refused, or busy everywhere, says why, and nobody is asked twice', async () => {
  const refused = machine({ default: undefined, usb: 'NotAllowedError' });
  await expect(browserMicrophones.open('usb', never)).rejects.toMatchObject({ reason: 'refused' });
  expect(refused).toEqual(['usb']);
  machine({ default: 'NotReadableError', usb: 'NotReadableError' });
  await expect(browserMicrophones.open('usb', never)).rejects.toMatchObject({ reason: 'failed' });
});
