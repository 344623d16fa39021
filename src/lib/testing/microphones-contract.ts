import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MicrophoneProblem } from '#lib/domain/reasons.ts';
import type { AudioDevice, Microphones, OpenMicrophone } from '#lib/ports/media.ts';

export interface PluggedMicrophone extends AudioDevice {
  /** Another program has it. */
  readonly busy?: true;
}

/** A machine with microphones, and a person in front of it. */
export interface MicrophonePlace {
  readonly microphones: Microphones;
  /** From now on these are there, the system's own choice first, and the browser says that something changed. */
  have(...devices: readonly PluggedMicrophone[]): void;
  /** What comes of the browser's question. One who thinks does so until this is called again. */
  person(does: 'allows' | 'allowed-before' | 'refuses' | 'thinks'): void;
  /** Takes the device of this one out. */
  unplug(microphone: OpenMicrophone): void;
  /** The system takes the sound for a while, or gives it back. */
  systemMutes(microphone: OpenMicrophone, muted: boolean): void;
  /** How many devices are open: the browser's recording light. */
  recording(): number;
  close(): void;
}

const DESK = { id: 'desk', label: 'Desk' };
const USB = { id: 'usb', label: 'USB' };
const BUSY = { busy: true } as const;

/** Browsers take their time. */
const SOON = { timeout: 15_000, interval: 20 };

const never = new AbortController().signal;

/** What every implementation of {@link Microphones} promises. `newPlace` makes one for each test. */
export function microphonesContract(name: string, newPlace: () => MicrophonePlace): void {
  describe(`${name} keeps the promises of Microphones`, () => {
    let place: MicrophonePlace;
    let microphones: Microphones;

    beforeEach(() => {
      place = newPlace();
      ({ microphones } = place);
      place.have(DESK, USB);
      place.person('allows');
    });
    afterEach(() => {
      place.close();
    });

    const open = (id?: string) => microphones.open(id, never);

    /** Expects that none opens, for this reason, and that nothing stays open. */
    async function refuses(opening: Promise<OpenMicrophone>, reason: MicrophoneProblem) {
      await expect(opening).rejects.toMatchObject({ reason });
      expect(place.recording()).toBe(0);
    }

    test('one that is open is heard, but not while it is muted, and not after close', async () => {
      const microphone = await open();
      expect(place.recording()).toBe(1);
      await expect.poll(() => microphone.level(), SOON).toBeGreaterThan(0);
      microphone.setMuted(true);
      expect(microphone.level()).toBe(0);
      expect(place.recording()).toBe(1);
      microphone.setMuted(false);
      await expect.poll(() => microphone.level(), SOON).toBeGreaterThan(0);
      microphone.close();
      microphone.close();
      microphone.setMuted(false);
      expect(microphone.level()).toBe(0);
      expect(place.recording()).toBe(0);
    });

    test('several can be open side by side, and closing one leaves the others', async () => {
      const [first, second] = [await open('desk'), await open('usb')];
      first.close();
      expect(place.recording()).toBe(1);
      await expect.poll(() => second.level(), SOON).toBeGreaterThan(0);
      second.close();
    });

    test('that the device went away is told once to each who asked, and it is silent', async () => {
      const microphone = await open();
      const [first, second] = [vi.fn(), vi.fn()];
      microphone.onLost(first);
      microphone.onLost(second);
      place.unplug(microphone);
      place.unplug(microphone);
      expect([first, second].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
      await expect.poll(() => microphone.level(), SOON).toBe(0);
      expect(place.recording()).toBe(0);
      microphone.close();
    });

    test('that the system takes the sound and gives it back is told to each who asked', async () => {
      const microphone = await open();
      const [first, second] = [vi.fn(), vi.fn()];
      microphone.onSystemMute(first);
      microphone.onSystemMute(second);
      place.systemMutes(microphone, true);
      place.systemMutes(microphone, false);
      for (const told of [first, second]) expect(told.mock.calls).toEqual([[true], [false]]);
      microphone.close();
    });

    test('sound that was taken before anybody asked is told as well', async () => {
      const microphone = await open();
      place.systemMutes(microphone, true);
      const told = vi.fn();
      microphone.onSystemMute(told);
      await expect.poll(() => told.mock.calls).toEqual([[true]]);
      microphone.close();
    });

    test('nothing is told of one that was closed', async () => {
      const microphone = await open();
      const told = vi.fn();
      microphone.onLost(told);
      microphone.onSystemMute(told);
      microphone.close();
      place.systemMutes(microphone, true);
      place.unplug(microphone);
      expect(told).not.toHaveBeenCalled();

      const other = await open();
      place.systemMutes(other, true);
      other.onSystemMute(told);
      other.close();
      // Microtasks run in their order.
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      expect(told).not.toHaveBeenCalled();
    });

    test('the one that was asked for stands in for nobody', async () => {
      for (const id of [undefined, 'desk', 'usb']) {
        const microphone = await open(id);
        expect(microphone.instead).toBeUndefined();
        microphone.close();
      }
    });

    test.each([
      ['is gone', "the system's own choice", 'headset', [DESK, USB], 'Desk'],
      ['is busy', "the system's own choice", 'usb', [DESK, { ...USB, ...BUSY }], 'Desk'],
      ['is busy', 'one that is free', 'desk', [{ ...DESK, ...BUSY }, USB], 'USB'],
      ["is the system's choice and busy", 'another', undefined, [{ ...DESK, ...BUSY }, USB], 'USB'],
    ] as const)(
      'one that %s is stood in for by %s, which is said',
      async (_is, _by, id, there, instead) => {
        place.have(...there);
        const microphone = await open(id);
        expect(microphone.instead).toBe(instead);
        expect(place.recording()).toBe(1);
        microphone.close();
      },
    );

    test('one that does not open says why', async () => {
      place.have({ ...DESK, ...BUSY }, { ...USB, ...BUSY });
      for (const id of [undefined, 'usb']) await refuses(open(id), 'failed');
      await refuses(open('headset'), 'missing');
      place.have();
      for (const id of [undefined, 'usb']) await refuses(open(id), 'missing');
      place.have(DESK);
      place.person('refuses');
      for (const id of [undefined, 'desk', 'headset']) await refuses(open(id), 'refused');
    });

    test('none opens for whoever has given up, before or while the person thinks', async () => {
      await refuses(microphones.open(undefined, AbortSignal.abort()), 'failed');
      place.person('thinks');
      const given = new AbortController();
      const opening = microphones.open(undefined, given.signal);
      given.abort();
      place.person('allows');
      await refuses(opening, 'failed');
    });

    test('the question stays open for whoever has given up, and can be answered with no', async () => {
      place.person('thinks');
      const given = new AbortController();
      const refused = refuses(microphones.open(undefined, given.signal), 'refused');
      given.abort();
      // Whatever that sets going is done by then.
      await new Promise<void>((resolve) => void setTimeout(resolve));
      place.person('refuses');
      await refused;
    });

    test('what opens without a question is known: one that is there and was allowed', async () => {
      place.person('allowed-before');
      await expect.poll(() => microphones.granted(), SOON).toBe(true);
      for (const answer of ['allows', 'refuses', 'thinks'] as const) {
        place.person(answer);
        expect(microphones.granted()).toBe(false);
      }
      place.person('allowed-before');
      expect(microphones.granted()).toBe(true);
      place.have();
      await expect.poll(() => microphones.granted(), SOON).toBe(false);
    });

    test('those that are there are listed, but none that has no ID yet', async () => {
      expect(await microphones.list()).toEqual([DESK, USB]);
      place.have({ id: '', label: '' });
      expect(await microphones.list()).toEqual([]);
      place.have({ id: 'desk', label: '' });
      expect(await microphones.list()).toEqual([{ id: 'desk', label: '' }]);
    });

    test('that one comes or goes is told to each who asked, until they stop', async () => {
      const [first, second] = [vi.fn(), vi.fn()];
      const stops = [microphones.onChange(first), microphones.onChange(second)];
      place.have(DESK);
      place.have();
      expect([first, second].map(({ mock }) => mock.calls.length)).toEqual([2, 2]);
      stops[0]?.();
      stops[0]?.();
      place.have(DESK);
      expect([first, second].map(({ mock }) => mock.calls.length)).toEqual([2, 3]);
      stops[1]?.();
      place.have();
      expect([first, second].map(({ mock }) => mock.calls.length)).toEqual([2, 3]);
    });
  });
}
