import { afterEach, expect, test, vi } from 'vitest';
import type { OpenMicrophone } from '#lib/ports/media.ts';
import { microphonesContract } from '#lib/testing/microphones-contract.ts';
import type { MicrophonePlace, PluggedMicrophone } from '#lib/testing/microphones-contract.ts';
import { browserMicrophones } from './microphones.ts';
import { trackOf } from './sources.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const never = new AbortController().signal;

/** This page, whose browser says that the devices are there which a test has plugged in; all of them sound alike. */
function page(): MicrophonePlace {
  const { mediaDevices } = navigator;
  let devices: readonly PluggedMicrophone[] = [];
  let person: Parameters<MicrophonePlace['person']>[0] = 'allows';
  const tracks: MediaStreamTrack[] = [];
  const thinking = new Set<() => void>();

  vi.spyOn(mediaDevices, 'enumerateDevices').mockImplementation(async () =>
    devices.map(({ id, label }) => described(id, label)),
  );
  vi.spyOn(PermissionStatus.prototype, 'state', 'get').mockImplementation(() =>
    person === 'allowed-before' ? 'granted' : person === 'refuses' ? 'denied' : 'prompt',
  );
  const real = mediaDevices.getUserMedia.bind(mediaDevices);
  vi.spyOn(mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    if (person === 'thinks') await new Promise<void>((resolve) => void thinking.add(resolve));
    const exact = exactId(constraints);
    const device = exact === undefined ? devices[0] : devices.find(({ id }) => id === exact);
    if (devices.length === 0) throw new DOMException('none', 'NotFoundError');
    if (person === 'refuses') throw new DOMException('no', 'NotAllowedError');
    if (device === undefined) throw new DOMException('gone', 'OverconstrainedError');
    if (device.busy) throw new DOMException('busy', 'NotReadableError');
    const stream = await real({ audio: true });
    tracks.push(...named(stream, device.label));
    return stream;
  });

  const track = (microphone: OpenMicrophone) => {
    const found = trackOf(microphone);
    if (found === undefined) throw new TypeError('an open microphone has a track');
    return found;
  };
  return {
    microphones: browserMicrophones,
    have: (...there) => {
      devices = there;
      mediaDevices.dispatchEvent(new Event('devicechange'));
    },
    person: (does) => {
      person = does;
      for (const decided of thinking) decided();
      thinking.clear();
    },
    unplug: (microphone) => {
      track(microphone).stop();
      track(microphone).dispatchEvent(new Event('ended'));
    },
    systemMutes: (microphone, muted) => {
      vi.spyOn(track(microphone), 'muted', 'get').mockReturnValue(muted);
      track(microphone).dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
    },
    recording: () => tracks.filter(({ readyState }) => readyState === 'live').length,
    close: () => {
      for (const one of tracks) one.stop();
      vi.restoreAllMocks();
    },
  };
}

const described = (deviceId: string, label: string) =>
  ({ kind: 'audioinput', deviceId, label }) as MediaDeviceInfo;

/** The ID that is asked for, and nothing else will do. */
function exactId(constraints: MediaStreamConstraints | undefined): string | undefined {
  const { deviceId } = constraints?.audio as MediaTrackConstraints;
  return (deviceId as { readonly exact?: string } | undefined)?.exact;
}

function named(stream: MediaStream, label: string): MediaStreamTrack[] {
  const tracks = stream.getAudioTracks();
  for (const track of tracks) Object.defineProperty(track, 'label', { value: label });
  return tracks;
}

microphonesContract('the browser', page);

/** A machine with these microphones, of which some do not open; each opens a track of that name. */
function machine(open: Readonly<Record<string, string | undefined>>) {
  vi.spyOn(navigator.mediaDevices, 'enumerateDevices').mockResolvedValue(
    Object.keys(open).map((id) => described(id, id)),
  );
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const asked: string[] = [];
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    const exact = exactId(constraints) ?? 'default';
    asked.push(exact);
    const problem = open[exact];
    if (problem !== undefined) throw new DOMException('no', problem);
    const stream = await real({ audio: true });
    named(stream, exact);
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

test("the system's own choice is not tried again by another of its names", async () => {
  machine({ default: 'NotReadableError', communications: undefined, desk: undefined });
  const microphone = await browserMicrophones.open(undefined, never);
  expect(microphone.instead).toBe('desk');
  microphone.close();
});

test('who has refused is not asked again', async () => {
  const asked = machine({ default: undefined, usb: 'NotAllowedError' });
  await expect(browserMicrophones.open('usb', never)).rejects.toMatchObject({ reason: 'refused' });
  expect(asked).toEqual(['usb']);
});
