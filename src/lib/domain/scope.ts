/** What was started and ends together. */
export interface Scope {
  /** Ends with the scope, before what was added earlier; at once, if the scope is over. What it throws stops no other. */
  add(stop: () => unknown): void;
  /** Ends everything, one after the other, once. Never rejects. */
  stop(): Promise<void>;
}

/** @param onFailure hears what went wrong at the end */
export function createScope(onFailure: (failure: unknown) => void = () => undefined): Scope {
  const stops: (() => unknown)[] = [];
  let ended: Promise<void> | undefined;

  /** In one go as far as that goes: a page that is left has no time for more. */
  const endAll = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      try {
        const ending = stop();
        if (ending instanceof Promise) await ending;
      } catch (failure) {
        onFailure(failure);
      }
    }
  };

  return {
    add(stop) {
      stops.push(stop);
      if (ended !== undefined) void endAll();
    },
    stop: () => (ended ??= endAll()),
  };
}
