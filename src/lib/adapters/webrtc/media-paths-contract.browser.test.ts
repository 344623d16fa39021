import { expect, test } from 'vitest';
import type { OpenSource, SourceKind } from '#lib/ports/media.ts';
import { mediaPathsContract } from '#lib/testing/media-paths-contract.ts';
import type { MediaPlace } from '#lib/testing/media-paths-contract.ts';
import { connect, twoSides } from '#lib/testing/two-paths.ts';
import { browserMediaPaths } from './media-paths.ts';
import { browserMicrophones } from './microphones.ts';
import { pageClock } from './page-calls.ts';
import { keepTrack } from './sources.ts';

/** A page with its microphone, and a picture that is drawn: half red, half green, and moving. */
function page(): MediaPlace {
  const paths = browserMediaPaths(pageClock, true);
  const open: { close(): void }[] = [];
  const source = async (kind: SourceKind): Promise<OpenSource> => {
    const made =
      kind === 'microphone'
        ? await browserMicrophones.open(undefined, new AbortController().signal)
        : drawn(kind);
    open.push(made);
    return made;
  };
  return {
    open: (side, events) => paths.open('all', [], side, events),
    source: source as MediaPlace['source'],
    close: () => open.forEach((one) => one.close()),
  };
}

function drawn(kind: 'camera' | 'screen'): OpenSource {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 180];
  const context = canvas.getContext('2d');
  let turn = 0;
  const timer = setInterval(() => {
    if (context === null) return;
    turn += 1;
    context.fillStyle = 'rgb(200 0 0)';
    context.fillRect(0, 0, 160, 180);
    context.fillStyle = `rgb(0 ${150 + (turn % 50)} 0)`;
    context.fillRect(160, 0, 160, 180);
  }, 50);
  const [track] = canvas.captureStream(20).getVideoTracks();
  if (track === undefined) throw new TypeError('a canvas has a track');
  const source: OpenSource = {
    kind,
    onLost: () => undefined,
    close: () => {
      clearInterval(timer);
      track.stop();
    },
  };
  keepTrack(source, track);
  return source;
}

mediaPathsContract('WebRTC', page);

/** The colour in the middle of each half of what an element shows. */
function coloursOf(video: HTMLVideoElement): readonly (readonly number[])[] {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 180];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, 0, 0, 320, 180);
  return [80, 240].map((x) => [...(context?.getImageData(x, 90, 1, 1).data ?? [])].slice(0, 3));
}

test('what one side shows the other sees, in an element of its own, until it lets go', async () => {
  const place = page();
  const sides = twoSides((events) => place.open('answers', events));
  const [alice, bob] = sides;
  await connect(sides);
  bob.path.takePictures('screen', true);
  await alice.path.send('screen', await place.source('screen'));
  await alice.path.takeAnswer(await bob.path.answer(await alice.path.restartOffer()));
  await bob.told.until(() => bob.told.pictures.length > 0);
  const video = document.createElement('video');
  document.body.append(video);
  const stop = bob.told.pictures[0]?.[1]?.showIn(video);
  await expect
    .poll(() => coloursOf(video), { timeout: 20_000 })
    .toSatisfy(([left = [], right = []]: readonly (readonly number[])[]) => {
      const [red = 0, , blue = 0] = left;
      const [otherRed = 0, green = 0] = right;
      return red > 120 && blue < 80 && green > 90 && otherRed < 80;
    });
  expect(video.muted).toBe(true);
  stop?.();
  expect(video.srcObject).toBeNull();
  video.remove();
  for (const { path } of sides) path.close();
  place.close();
});
