import { failureWords, isExpected } from './words/failures.ts';

export type Attempted<T> = { readonly done: true; readonly value: T } | { readonly done: false };

/**
 * Does what a person asked for. Where it fails they hear why: a change that was not stored has not happened, and nobody may
 * believe that it has. `say` is `app.toasts.warn`, or the dialog's own place for what is wrong.
 */
export async function attempt<T>(
  work: () => Promise<T>,
  say: (why: string) => void,
): Promise<Attempted<T>> {
  try {
    return { done: true, value: await work() };
  } catch (failure) {
    if (!isExpected(failure)) reportError(failure);
    say(failureWords(failure));
    return { done: false };
  }
}
