/** Reads how loud a stream is, from the time domain: 0 is silence, 1 is full scale. */
export interface Loudness {
  read(): number;
  close(): void;
}

let context: AudioContext | undefined;

/** Speech is around -30 dBFS; this maps -60…0 dBFS to 0…1, as an ear would. */
const FLOOR_DB = -60;

export function loudnessOf(stream: MediaStream): Loudness {
  context ??= new AudioContext({ latencyHint: 'interactive' });
  void context.resume();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    read() {
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
