import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Announced, Attention, Tone } from '#lib/ports/attention.ts';
import { KEYS } from './fake-people.ts';

/** A page that a person looks at, and a machine that plays and shows what it is told to. */
export interface AttentionPlace {
  readonly attention: Attention;
  /** The person looks at the page, or at another one. */
  show(visible: boolean): void;
  /** How many tones ever began. */
  begun(): number;
  /** How many tones go on. */
  sounding(): number;
  /** The names of those who are announced to a person who looks elsewhere. */
  announced(): readonly string[];
  /** Whether nothing of the page announces anybody. */
  isUsual(): boolean;
  /** Whether the screen stays awake. */
  isAwake(): boolean;
  close(): void;
}

const REPEATING: readonly Tone[] = ['ring', 'ringback', 'reconnecting'];
const ONCE: readonly Tone[] = ['connected', 'ended'];

const caller = (name: string): Announced => ({ name, stranger: false, key: KEYS.alice });

/** Browsers take their time, and a tone that plays once takes its own. */
const SOON = { timeout: 15_000, interval: 20 };

/** What every implementation of {@link Attention} promises. `newPlace` makes one for each test. */
export function attentionContract(name: string, newPlace: () => AttentionPlace): void {
  describe(`${name} keeps the promises of Attention`, () => {
    let place: AttentionPlace;
    let attention: Attention;
    beforeEach(() => {
      place = newPlace();
      ({ attention } = place);
    });
    afterEach(() => {
      place.close();
    });

    test.each(REPEATING)('%s goes on until it is stopped', async (tone) => {
      const stop = attention.play(tone);
      expect([place.begun(), place.sounding()]).toEqual([1, 1]);
      stop();
      await expect.poll(() => place.sounding(), SOON).toBe(0);
      stop();
      expect(place.sounding()).toBe(0);
    });

    test.each(ONCE)('%s is over by itself, and what repeats goes on', async (tone) => {
      const stops = REPEATING.map((repeating) => attention.play(repeating));
      const stop = attention.play(tone);
      expect(place.begun()).toBe(4);
      await expect.poll(() => place.sounding(), SOON).toBe(3);
      stop();
      expect(place.sounding()).toBe(3);
      for (const stopOne of stops) stopOne();
      await expect.poll(() => place.sounding(), SOON).toBe(0);
    });

    test('to stop one of two equal tones leaves the other', async () => {
      const [stopFirst, stopSecond] = [attention.play('ring'), attention.play('ring')];
      expect(place.sounding()).toBe(2);
      stopFirst();
      stopFirst();
      await expect.poll(() => place.sounding(), SOON).toBe(1);
      stopSecond();
      await expect.poll(() => place.sounding(), SOON).toBe(0);
    });

    test('whoever calls is announced until that is stopped', async () => {
      place.show(false);
      expect(place.isUsual()).toBe(true);
      const stop = attention.announceCall(caller('Alice'));
      expect(place.isUsual()).toBe(false);
      await expect.poll(() => place.announced(), SOON).toEqual(['Alice']);
      stop();
      await expect.poll(() => place.isUsual(), SOON).toBe(true);
      expect(place.announced()).toEqual([]);
    });

    test('to stop announcing one leaves the next, and then all is as it was', async () => {
      place.show(false);
      const stopFirst = attention.announceCall(caller('Alice'));
      await expect.poll(() => place.announced(), SOON).toEqual(['Alice']);
      const stopSecond = attention.announceCall(caller('Boris'));
      await expect.poll(() => place.announced(), SOON).toContain('Boris');
      stopFirst();
      stopFirst();
      await expect.poll(() => place.announced(), SOON).toEqual(['Boris']);
      stopSecond();
      await expect.poll(() => place.isUsual(), SOON).toBe(true);
    });

    test('the screen stays awake until nobody wants it to', async () => {
      expect(place.isAwake()).toBe(false);
      const [stopFirst, stopSecond] = [attention.keepAwake(), attention.keepAwake()];
      await expect.poll(() => place.isAwake(), SOON).toBe(true);
      stopFirst();
      stopFirst();
      await expect.poll(() => place.isAwake(), SOON).toBe(true);
      stopSecond();
      await expect.poll(() => place.isAwake(), SOON).toBe(false);
    });

    test('it stays awake also after the page was hidden, but not for nobody', async () => {
      const stop = attention.keepAwake();
      await expect.poll(() => place.isAwake(), SOON).toBe(true);
      place.show(false);
      place.show(true);
      await expect.poll(() => place.isAwake(), SOON).toBe(true);
      stop();
      await expect.poll(() => place.isAwake(), SOON).toBe(false);
      place.show(false);
      place.show(true);
      expect(place.isAwake()).toBe(false);
    });
  });
}
