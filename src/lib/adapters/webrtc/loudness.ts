/** Reads how loud a stream is, from the time domain: 0 is silence, 1 is full scale. */
export interface Loudness {
  read(): number;
  close(): void;
}

/** A page may not hear itself before it was touched or captures sound: until then it is asked again so often, ms. */
const RESUME_EVERY_MS = 1_000;

let context: AudioContext | undefined;
let resumedAt = -Infinity;

/** Speech is around -30 dBFS; this maps -60…0 dBFS to 0…1, as an ear would. */
const FLOOR_DB = -60;

/** Nothing is set up before the first reading: it takes time, in the moment when sound should come. */
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
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      if (power === 0) return 0;
      return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / FLOOR_DB));
    },
    close() {
      source.disconnect();
    },
  };
}

function resume(): void {
  // Beside `suspended` there is `interrupted`: a phone call took the sound.
  if (!context || context.state === 'running' || performance.now() - resumedAt < RESUME_EVERY_MS)
    return;
  resumedAt = performance.now();
  context.resume().catch(() => undefined);
}
