/** Reads how loud a stream is: 0 is silence, 1 is full scale. */
export interface Loudness {
  read(): number;
  close(): void;
}

/** Speech is around -30 dBFS; -60…0 dBFS are mapped to 0…1, as an ear would. */
const FLOOR_DB = -60;

/** @param power the mean square of samples between -1 and 1 */
function loudnessOfPower(power: number): number {
  if (power === 0) return 0;
  return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / FLOOR_DB));
}

/** A page may not hear itself before it was touched or captures sound: until then it is asked again so often, ms. */
const RESUME_EVERY_MS = 1_000;
/** A context that runs costs two percent of a core and holds the sound device: so long after the last reading, ms. */
const REST_AFTER_MS = 1_000;

let context: AudioContext | undefined;
let resumedAt = -Infinity;
let readAt = -Infinity;
let resting: ReturnType<typeof setTimeout> | undefined;

/** Of a microphone's stream, from its samples. Nothing is set up before the first reading, nor runs after the last. */
export function loudnessOf(stream: MediaStream): Loudness {
  let meter: Loudness | undefined;
  let closed = false;
  return {
    read() {
      if (closed) return 0;
      meter ??= meterOf(stream);
      return meter.read();
    },
    close() {
      closed = true;
      meter?.close();
    },
  };
}

/** How long a packet's loudness is that of now, ms: more than the longest packet, and a few lost ones. */
const PACKET_LASTS_MS = 300;

/**
 * Of what a connection brings. Its packets say how loud they are (RFC 6464), which costs nothing to read; where they do
 * not, the samples are looked at.
 */
export function loudnessOfReceiver(receiver: RTCRtpReceiver): Loudness {
  let samples: Loudness | undefined;
  let packet = NaN;
  let packetAt = -Infinity;
  return {
    read() {
      const [last] = receiver.getSynchronizationSources();
      if (last === undefined) return 0;
      if (last.audioLevel === undefined) {
        samples ??= loudnessOf(new MediaStream([receiver.track]));
        return samples.read();
      }
      const now = performance.now();
      if (last.rtpTimestamp !== packet) [packet, packetAt] = [last.rtpTimestamp, now];
      return now - packetAt > PACKET_LASTS_MS ? 0 : loudnessOfPower(last.audioLevel ** 2);
    },
    close: () => samples?.close(),
  };
}

function meterOf(stream: MediaStream): Loudness {
  context ??= new AudioContext({ latencyHint: 'interactive' });
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
      resume();
      analyser.getFloatTimeDomainData(samples);
      return loudnessOfPower(
        samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length,
      );
    },
    close() {
      source.disconnect();
    },
  };
}

function resume(): void {
  const now = performance.now();
  readAt = now;
  resting ??= setTimeout(rest, REST_AFTER_MS);
  // Beside `suspended` there is `interrupted`: a phone call took the sound.
  if (!context || context.state === 'running' || now - resumedAt < RESUME_EVERY_MS) return;
  resumedAt = now;
  context.resume().catch(() => undefined);
}

function rest(): void {
  const left = readAt + REST_AFTER_MS - performance.now();
  resting = left > 0 ? setTimeout(rest, left) : undefined;
  if (resting !== undefined) return;
  resumedAt = -Infinity;
  // One that is refused stays as it is.
  context?.suspend().catch(() => undefined);
}
