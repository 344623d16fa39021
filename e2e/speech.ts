import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Whose voice a fake microphone carries: they differ in pitch; `steady` makes no pauses, `silence` says nothing at all.
 */
export type Voice = 'low' | 'high' | 'steady' | 'silence';

const PITCH_HZ: Readonly<Record<Voice, number>> = { low: 115, high: 210, steady: 150, silence: 0 };

/** What a microphone delivers in Chromium. */
const SAMPLE_RATE = 48_000;
/** Chromium plays the file in a loop. */
const SECONDS = 6;
const SYLLABLES_A_SECOND = 4;
/** Formants of the vowels a, i, u, e and o in Hz (Peterson and Barney, 1952). */
const VOWELS = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [300, 870, 2240],
  [530, 1840, 2480],
  [570, 840, 2410],
] as const;
const FORMANT_WIDTH_HZ = 90;
const LOUDNESS = 0.35;

/** A WAV file of something that codecs and voice detectors take for speech. Made once, the same every time. */
export function speechFile(voice: Voice): string {
  const folder = join(tmpdir(), 'woxly-speech');
  const file = join(folder, `${voice}.wav`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  // Two workers may come here at once: each writes its own file, and the last one stays.
  const draft = join(folder, `${voice}-${process.pid}.wav`);
  writeFileSync(draft, wav(samples(PITCH_HZ[voice], voice !== 'steady')));
  renameSync(draft, file);
  return file;
}

/** Vowels at four syllables a second, with or without a pause in every second: harmonics of the voice under formants. */
function samples(pitch: number, pauses: boolean): Float64Array {
  const wave = new Float64Array(SAMPLE_RATE * SECONDS);
  if (pitch === 0) return wave;
  for (let at = 0; at < wave.length; at++) {
    const time = at / SAMPLE_RATE;
    const inSyllable = (time * SYLLABLES_A_SECOND) % 1;
    const syllable = Math.floor(time * SYLLABLES_A_SECOND);
    if (pauses && syllable % SYLLABLES_A_SECOND === SYLLABLES_A_SECOND - 1) continue;
    const [low, middle, high] = VOWELS[syllable % VOWELS.length] ?? VOWELS[0];
    const phase = 2 * Math.PI * pitch * time;
    let sum = 0;
    for (let harmonic = 1; harmonic * pitch < 3500; harmonic++) {
      const frequency = harmonic * pitch;
      const heard =
        resonance(frequency, low) +
        resonance(frequency, middle) / 2 +
        resonance(frequency, high) / 4;
      sum += (heard / harmonic) * Math.sin(phase * harmonic);
    }
    wave[at] = sum * Math.sin(Math.PI * inSyllable) ** 2;
  }
  const peak = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return wave.map((value) => (value / peak) * LOUDNESS);
}

function resonance(frequency: number, formant: number): number {
  return 1 / (1 + ((frequency - formant) / FORMANT_WIDTH_HZ) ** 2);
}

/** 16-bit mono PCM in a RIFF file. */
function wav(wave: Float64Array): Buffer {
  const bytes = Buffer.alloc(44 + wave.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + wave.length * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(SAMPLE_RATE, 24);
  bytes.writeUInt32LE(SAMPLE_RATE * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(wave.length * 2, 40);
  wave.forEach((value, at) => bytes.writeInt16LE(Math.round(value * 32_767), 44 + at * 2));
  return bytes;
}
