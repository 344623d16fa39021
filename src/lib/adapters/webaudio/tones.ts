import type { Tone } from '#lib/ports/attention.ts';

/** One note: when it starts and how long it lasts, in seconds, and its frequencies in Hz. */
interface Note {
  readonly at: number;
  readonly lasts: number;
  readonly hertz: readonly number[];
}

interface Score {
  readonly notes: readonly Note[];
  /** Seconds after which it starts again; absent: played once. */
  readonly every?: number;
  /** Loudness from 0 to 1 before the chosen volume. */
  readonly gain: number;
}

/** What each tone sounds like. `ringback` is the European cadence (ITU-T E.180: 425 Hz, 1 s on, 4 s off). */
const SCORES: Readonly<Record<Tone, Score>> = {
  ring: {
    notes: [
      { at: 0, lasts: 0.45, hertz: [659, 988] },
      { at: 0.35, lasts: 0.45, hertz: [784, 1175] },
      { at: 0.7, lasts: 0.8, hertz: [880, 1319] },
    ],
    every: 2.6,
    gain: 0.5,
  },
  ringback: { notes: [{ at: 0, lasts: 1, hertz: [425] }], every: 5, gain: 0.12 },
  connected: {
    notes: [
      { at: 0, lasts: 0.12, hertz: [659] },
      { at: 0.1, lasts: 0.2, hertz: [988] },
    ],
    gain: 0.12,
  },
  ended: {
    notes: [
      { at: 0, lasts: 0.15, hertz: [494] },
      { at: 0.15, lasts: 0.25, hertz: [330] },
    ],
    gain: 0.12,
  },
  reconnecting: { notes: [{ at: 0, lasts: 0.2, hertz: [392] }], every: 3, gain: 0.08 },
};

/** Rise and fall of a note in seconds, so that it does not click. */
const EDGE = 0.02;

/** How long after its last note a tone that does not repeat counts as over, s: the way to the speaker takes time. */
const TAIL = 1;

let context: AudioContext | undefined;
/** Tones that are not over. */
let sounding = 0;

/**
 * Lets tones be heard from now on; called from within a gesture, and done when that was one that counts. A context that
 * a gesture has once resumed can be resumed without one.
 */
export async function unlockTones(): Promise<void> {
  await toneContext().resume();
  rest();
}

/** Plays a tone at a volume (0 to 1) until the returned function is called. */
export function playTone(tone: Tone, volume: number): () => void {
  const { notes, every, gain } = SCORES[tone];
  const audio = toneContext();
  const out = audio.createGain();
  out.gain.value = gain * volume;
  out.connect(audio.destination);
  sounding++;
  let over = false;
  const once = () => {
    // Written while time stands still, notes would all sound at the moment when it goes on.
    if (over || audio.state !== 'running') return;
    for (const note of notes) playNote(audio, out, note);
  };
  const stop = () => {
    if (over) return;
    over = true;
    clearInterval(repeat);
    clearTimeout(end);
    out.gain.setTargetAtTime(0, audio.currentTime, EDGE);
    setTimeout(() => {
      out.disconnect();
      sounding--;
      rest();
    }, EDGE * 10_000);
  };
  audio.resume().then(once, () => undefined);
  const repeat = every === undefined ? undefined : setInterval(once, every * 1000);
  const end = every === undefined ? setTimeout(stop, (lengthOf(notes) + TAIL) * 1000) : undefined;
  return stop;
}

function toneContext(): AudioContext {
  context ??= new AudioContext();
  return context;
}

/** A context that runs takes two percent of a core, and the sound device, with nothing to be heard. */
function rest(): void {
  if (sounding === 0) void context?.suspend();
}

const lengthOf = (notes: readonly Note[]): number =>
  Math.max(...notes.map(({ at, lasts }) => at + lasts));

function playNote(audio: AudioContext, out: AudioNode, { at, lasts, hertz }: Note): void {
  const start = audio.currentTime + at;
  const envelope = audio.createGain();
  envelope.gain.setValueAtTime(0, start);
  envelope.gain.linearRampToValueAtTime(1 / hertz.length, start + EDGE);
  envelope.gain.setTargetAtTime(0, start + lasts - EDGE, EDGE * 2);
  envelope.connect(out);
  for (const frequency of hertz) {
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(envelope);
    oscillator.start(start);
    oscillator.stop(start + lasts + EDGE * 8);
  }
}
