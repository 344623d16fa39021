import type { Attention } from '#lib/ports/attention.ts';
import type { AudioDevice, Microphones } from '#lib/ports/media.ts';
import { Watchers } from './watchable.ts';
import type { Audio } from './woxly.ts';

/** The microphones and speakers there are, read again when one comes or goes. */
export function createAudio(
  microphones: Microphones,
  attention: Pick<Attention, 'play'>,
): Audio & { stop(): void } {
  const watchers = new Watchers();
  let inputs: readonly AudioDevice[] = [];
  let outputs: readonly AudioDevice[] = [];

  const refresh = async (): Promise<void> => {
    [inputs, outputs] = await Promise.all([microphones.list(), microphones.speakers()]);
    watchers.changed();
  };

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
    stop: microphones.onChange(() => void refresh()),
  };
}
