import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { AudioDevice, Microphones, OpenMicrophone } from '#lib/ports/media.ts';
import { loudnessOf } from './loudness.ts';
import { MicrophoneGrant } from './microphone-grant.ts';

/** The track behind an open microphone; only the media path of this folder reads it. */
const tracks = new WeakMap<OpenMicrophone, MediaStreamTrack>();

export function trackOf(microphone: OpenMicrophone): MediaStreamTrack | undefined {
  return tracks.get(microphone);
}

/** Watched from the first question on. */
let grant: MicrophoneGrant | undefined;

export const browserMicrophones: Microphones = {
  async open(id, signal) {
    const stream = await capture(id);
    const [track] = stream.getAudioTracks();
    if (track === undefined) throw new WoxlyError<MicrophoneProblem>('missing');
    if (signal.aborted) {
      track.stop();
      throw new WoxlyError<MicrophoneProblem>('failed', { cause: signal.reason });
    }
    return openMicrophone(stream, track);
  },

  granted() {
    if (grant === undefined) {
      grant = new MicrophoneGrant();
      void grant.watch();
    }
    return grant.granted;
  },

  list: () => devices('audioinput'),

  speakers: async () => ('setSinkId' in HTMLMediaElement.prototype ? devices('audiooutput') : []),

  onChange(run) {
    navigator.mediaDevices.addEventListener('devicechange', run);
    return () => {
      navigator.mediaDevices.removeEventListener('devicechange', run);
    };
  },
};

async function capture(id: string | undefined): Promise<MediaStream> {
  const audio: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    channelCount: 1,
    ...(id !== undefined && { deviceId: { exact: id } }),
  };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (cause) {
    // The chosen microphone is gone: any other is better than no call.
    if (id !== undefined && nameOf(cause) === 'OverconstrainedError') return capture(undefined);
    throw new WoxlyError(problemOf(nameOf(cause)), { cause });
  }
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : '');

function problemOf(name: string): MicrophoneProblem {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    default:
      return 'failed';
  }
}

function openMicrophone(stream: MediaStream, track: MediaStreamTrack): OpenMicrophone {
  const loudness = loudnessOf(stream);
  let closed = false;
  const microphone: OpenMicrophone = {
    setMuted(muted) {
      track.enabled = !muted;
    },
    level: () => (track.enabled ? loudness.read() : 0),
    onLost(run) {
      track.addEventListener(
        'ended',
        () => {
          if (!closed) run();
        },
        { once: true },
      );
    },
    onSystemMute(run) {
      for (const name of ['mute', 'unmute'] as const) {
        track.addEventListener(name, () => {
          if (!closed) run(track.muted);
        });
      }
      // Taken before anybody listened.
      if (track.muted) queueMicrotask(() => !closed && track.muted && run(true));
    },
    close() {
      closed = true;
      loudness.close();
      track.stop();
    },
  };
  tracks.set(microphone, track);
  return microphone;
}

async function devices(kind: MediaDeviceKind): Promise<readonly AudioDevice[]> {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}
