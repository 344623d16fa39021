import { WoxlyError } from '#lib/domain/errors.ts';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { AudioDevice, Microphones, OpenMicrophone } from '#lib/ports/media.ts';
import { loudnessOf } from './loudness.ts';
import { MicrophoneGrant } from './microphone-grant.ts';
import { keepTrack } from './sources.ts';

/** Watched from the first question on. */
let grant: MicrophoneGrant | undefined;

export const browserMicrophones: Microphones = {
  async open(id, signal) {
    const { stream, instead } = await capture(id, signal);
    const [track] = stream.getAudioTracks();
    if (track === undefined) throw new WoxlyError<MicrophoneProblem>('missing');
    if (signal.aborted) {
      track.stop();
      throw new WoxlyError<MicrophoneProblem>('failed', { cause: signal.reason });
    }
    return openMicrophone(stream, track, instead);
  },

  granted() {
    if (grant === undefined) {
      grant = new MicrophoneGrant();
      void grant.watch();
    }
    return grant.granted;
  },

  list: () => devices('audioinput'),

  choosesSpeakers: 'setSinkId' in HTMLMediaElement.prototype,

  speakers: async () => (browserMicrophones.choosesSpeakers ? devices('audiooutput') : []),

  onChange(run) {
    if (!('mediaDevices' in navigator)) return () => undefined;
    navigator.mediaDevices.addEventListener('devicechange', run);
    return () => {
      navigator.mediaDevices.removeEventListener('devicechange', run);
    };
  },
};

interface Captured {
  readonly stream: MediaStream;
  /** The name of this one, where it stands in for another. */
  readonly instead?: string;
}

async function capture(id: string | undefined, signal: AbortSignal): Promise<Captured> {
  if (!('mediaDevices' in navigator)) throw new WoxlyError<MicrophoneProblem>('missing');
  try {
    return { stream: await ask(id) };
  } catch (cause) {
    const other = UNUSABLE.includes(nameOf(cause)) ? await captureOther(id, signal) : undefined;
    if (other === undefined) throw new WoxlyError(problemOf(nameOf(cause)), { cause });
    return { stream: other, instead: other.getAudioTracks()[0]?.label ?? '' };
  }
}

/** Names of errors of a microphone that is gone, or busy: any other is better than no call. */
const UNUSABLE = ['OverconstrainedError', 'NotFoundError', 'NotReadableError', 'AbortError'];
/** So many others are tried: one that is busy may take a second to say so, and somebody waits. */
const OTHERS_MOST = 4;
/** Chromium lists a device a second and a third time by these IDs. */
const ALIASES = ['default', 'communications'];

/** Another microphone than this one: the system's own choice first. */
async function captureOther(
  id: string | undefined,
  signal: AbortSignal,
): Promise<MediaStream | undefined> {
  const all = (await devices('audioinput')).map((device) => device.id);
  const named = all.filter((other) => other !== id && !ALIASES.includes(other));
  const others = [...(id === undefined ? [] : [undefined]), ...named].slice(0, OTHERS_MOST);
  for (const other of others) {
    if (signal.aborted) return undefined;
    const stream = await ask(other).catch(() => undefined);
    if (stream !== undefined) return stream;
  }
  return undefined;
}

function ask(id: string | undefined): Promise<MediaStream> {
  const audio: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    channelCount: 1,
    ...(id !== undefined && { deviceId: { exact: id } }),
  };
  return navigator.mediaDevices.getUserMedia({ audio });
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

function openMicrophone(
  stream: MediaStream,
  track: MediaStreamTrack,
  instead: string | undefined,
): OpenMicrophone {
  const loudness = loudnessOf(stream);
  let closed = false;
  const microphone: OpenMicrophone = {
    kind: 'microphone',
    ...(instead !== undefined && { instead }),
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
  keepTrack(microphone, track);
  return microphone;
}

async function devices(kind: MediaDeviceKind): Promise<readonly AudioDevice[]> {
  if (!('mediaDevices' in navigator)) return [];
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
}
