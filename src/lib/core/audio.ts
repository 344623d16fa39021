import type { Scope } from '#lib/domain/scope.ts';
import type { Attention } from '#lib/ports/attention.ts';
import type { AudioDevice, Microphones } from '#lib/ports/media.ts';
import { Watchers } from './watchable.ts';
import type { Watchable } from './watchable.ts';

export interface Audio extends Watchable {
  readonly microphones: readonly AudioDevice[];
  /** Whether the platform lets a page choose the speaker at all. */
  readonly choosesSpeakers: boolean;
  /** None where it cannot, and maybe none before the microphone was allowed. */
  readonly speakers: readonly AudioDevice[];
  refresh(): Promise<void>;
  /** Plays the ring as it would sound now, until the returned function is called. Absent where nothing plays. */
  testRing?(): () => void;
}

/** The microphones and speakers there are, read again when one comes or goes. */
export function createAudio(
  microphones: Microphones,
  attention: Pick<Attention, 'play'>,
  scope: Scope,
): Audio {
  const watchers = new Watchers();
  let inputs: readonly AudioDevice[] = [];
  let outputs: readonly AudioDevice[] = [];

  const refresh = async (): Promise<void> => {
    [inputs, outputs] = await Promise.all([microphones.list(), microphones.speakers()]);
    watchers.changed();
  };

  scope.add(microphones.onChange(() => void refresh()));

  return {
    watch: watchers.watch,
    get microphones() {
      return inputs;
    },
    choosesSpeakers: microphones.choosesSpeakers,
    get speakers() {
      return outputs;
    },
    refresh,
    testRing: () => attention.play('ring'),
  };
}
