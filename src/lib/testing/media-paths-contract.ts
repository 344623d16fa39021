import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MediaPath, MediaPathEvents, OpenSource, SourceKind } from '#lib/ports/media.ts';
import { connect, twoSides } from './two-paths.ts';
import type { Side } from './two-paths.ts';

/** Where two paths can meet, and what can be sent over them. */
export interface MediaPlace {
  open(side: 'offers' | 'answers', events: MediaPathEvents): MediaPath;
  /** One that makes itself heard or seen. */
  source<Kind extends SourceKind>(kind: Kind): Promise<OpenSource<Kind>>;
  close(): void;
}

/** Browsers take their time. */
const SOON = { timeout: 15_000, interval: 20 };

/** What every implementation of `MediaPath` promises. `newPlace` makes an empty one for each test. */
export function mediaPathsContract(name: string, newPlace: () => MediaPlace): void {
  describe(`${name} keeps the promises of MediaPath`, () => {
    let place: MediaPlace;
    let alice: Side;
    let bob: Side;

    beforeEach(() => {
      place = newPlace();
      let first = true;
      [alice, bob] = twoSides((events) => {
        const side = first ? 'offers' : 'answers';
        first = false;
        return place.open(side, events);
      });
    });
    afterEach(() => {
      for (const { path } of [alice, bob]) path.close();
      place.close();
    });

    /** Alice describes her side anew, and Bob answers. */
    async function renegotiate(): Promise<void> {
      await alice.path.takeAnswer(await bob.path.answer(await alice.path.restartOffer()));
    }
    const lastPicture = () => bob.told.pictures.at(-1);

    test('an offer, an answer and the candidates of both connect them', async () => {
      await connect([alice, bob]);
      for (const { told } of [alice, bob]) {
        expect(told.candidates.length).toBeGreaterThan(0);
        expect(told.states).not.toContain('not-secure');
      }
    });

    test('an offer is made once: whoever asks again has the same', async () => {
      expect(await alice.path.offer()).toBe(await alice.path.offer());
    });

    test('nothing of a peer is heard before it is played, nor what nobody sends', async () => {
      await connect([alice, bob]);
      await alice.path.send('microphone', await place.source('microphone'));
      expect(bob.path.level()).toBe(0);
      bob.path.play();
      await expect.poll(() => bob.path.level(), SOON).toBeGreaterThan(0.05);
      await alice.path.send('microphone', undefined);
      await expect.poll(() => bob.path.level(), SOON).toBe(0);
    });

    test('frames go both ways once that is said, and none before', async () => {
      expect(alice.path.sendFrame(Uint8Array.of(1))).toBe(false);
      await connect([alice, bob]);
      for (const [from, to] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        await from.told.until(() => from.told.framesOpen.at(-1) === true);
        expect(from.path.sendFrame(Uint8Array.of(1, 2))).toBe(true);
        await to.told.until(() => to.told.frames.length > 0);
        expect([...(to.told.frames[0] ?? [])]).toEqual([1, 2]);
      }
    });

    test('a restart has other credentials, and an own one that nobody answered gives way', async () => {
      await connect([alice, bob]);
      const unanswered = await alice.path.restartOffer();
      const theirs = await bob.path.restartOffer();
      await bob.path.takeAnswer(await alice.path.answer(theirs));
      expect(await alice.path.restartOffer()).not.toBe(unanswered);
      await Promise.all([alice.told.reaches('connected'), bob.told.reaches('connected')]);
    });

    test('what is no description is refused, and harms nothing', async () => {
      const offer = await alice.path.offer();
      await expect(alice.path.takeAnswer('v=0')).rejects.toThrow();
      await expect(bob.path.answer('v=0')).rejects.toThrow();
      await alice.path.takeAnswer(await bob.path.answer(offer));
      await Promise.all([alice.told.reaches('connected'), bob.told.reaches('connected')]);
    });

    test('nothing is told, sent or heard after close', async () => {
      await connect([alice, bob]);
      await alice.told.until(() => alice.told.framesOpen.at(-1) === true);
      const before = JSON.stringify(alice.told);
      alice.path.close();
      alice.path.close();
      expect(alice.path.sendFrame(Uint8Array.of(1))).toBe(false);
      expect(alice.path.level()).toBe(0);
      await bob.told.reaches('broken', 'failed');
      expect(JSON.stringify(alice.told)).toBe(before);
    });

    test.each(['camera', 'screen'] as const)(
      'no picture comes from a %s unless it is taken',
      async (kind) => {
        await alice.path.send(kind, await place.source(kind));
        await connect([alice, bob]);
        await alice.path.send(kind, await place.source(kind));
        await renegotiate();
        await alice.told.until(() => alice.told.framesOpen.at(-1) === true);
        alice.path.sendFrame(Uint8Array.of(1));
        await bob.told.until(() => bob.told.frames.length > 0);
        expect(bob.told.pictures).toEqual([]);
      },
    );

    test.each(['camera', 'screen'] as const)('a picture that is taken comes: %s', async (kind) => {
      await connect([alice, bob]);
      bob.path.takePictures(kind, true);
      await alice.path.send(kind, await place.source(kind));
      await renegotiate();
      await bob.told.until(() => lastPicture()?.[1] !== undefined);
      expect(lastPicture()?.[0]).toBe(kind);
      // And is gone when it is not taken any more.
      bob.path.takePictures(kind, false);
      await renegotiate();
      await bob.told.until(() => lastPicture()?.[1] === undefined);
      expect(alice.told.pictures).toEqual([]);
    });

    test('what is given before the first description is sent once there is one', async () => {
      await alice.path.send('microphone', await place.source('microphone'));
      await alice.path.send('camera', await place.source('camera'));
      bob.path.takePictures('camera', true);
      await connect([alice, bob]);
      bob.path.play();
      await expect.poll(() => bob.path.level(), SOON).toBeGreaterThan(0.05);
      await bob.told.until(() => lastPicture()?.[1] !== undefined);
    });
  });
}
