/** Runs tasks one after the other, in the order given; a failed one does not stop the next. */
export type InOrder = <T>(task: () => Promise<T>) => Promise<T>;

/** A line of tasks of its own, so that "read, decide, write" of two callers never interleave. */
export function inOrder(): InOrder {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task);
    last = run.catch(() => undefined);
    return run;
  };
}
