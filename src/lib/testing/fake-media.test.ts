import type { OpenSource, SourceKind } from '#lib/ports/media.ts';
import { FakeMediaPaths } from './fake-media.ts';
import { FakeAir } from './fake-path.ts';
import { FakeMicrophone } from './fake-microphones.ts';
import { mediaPathsContract } from './media-paths-contract.ts';
import type { MediaPlace } from './media-paths-contract.ts';

mediaPathsContract('the fake', () => {
  const paths = new FakeMediaPaths(new FakeAir());
  const source = async (kind: SourceKind): Promise<OpenSource> =>
    kind === 'microphone'
      ? new FakeMicrophone(undefined)
      : { kind, onLost: () => undefined, close: () => undefined };
  return {
    open: (side, events) => paths.open('all', [], side, events),
    source: source as MediaPlace['source'],
    close: () => undefined,
  };
});
