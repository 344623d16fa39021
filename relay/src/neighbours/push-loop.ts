/** Sends whatever there is to say, one push after the other, and waits while the other side does not read. */
export interface PushLoop {
  /** There may be something to say. */
  wake(): void;
}

/**
 * @param next The next push, or `undefined` when everything is said.
 * @param send Resolves when the other side can take more.
 * @param onEnd Called once, with what `send` threw: nothing is sent afterwards.
 */
export function createPushLoop<Push>(init: {
  readonly next: () => Push | undefined;
  readonly send: (push: Push) => Promise<void>;
  readonly onEnd: (error: unknown) => void;
}): PushLoop {
  let state: 'idle' | 'sending' | 'ended' = 'idle';

  const run = async (): Promise<void> => {
    // After what has woken it: several changes at once make one push.
    await Promise.resolve();
    for (let push = init.next(); push !== undefined; push = init.next()) await init.send(push);
  };

  return {
    wake() {
      if (state !== 'idle') return;
      state = 'sending';
      run().then(
        () => {
          state = 'idle';
        },
        (error: unknown) => {
          state = 'ended';
          init.onEnd(error);
        },
      );
    },
  };
}
