import { m } from '#lib/messages/messages.js';
import type { AppState } from '#lib/state/app-state.svelte.ts';
import { failureWords } from '#lib/ui/words/failures.ts';

/** Says that a part of the app could not be fetched. Loading anew brings all of it, but would end a call. */
export function sayPartMissing(app: AppState): void {
  if (app.calls.live) app.toasts.warn(m.part_missing_in_call());
  else
    app.toasts.warn(m.part_missing(), { label: m.update_reload(), run: () => location.reload() });
}

/** Nothing fails in silence: says also what nobody waited for. Returns a way to stop. */
export function sayFailures(app: AppState): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  addEventListener('vite:preloadError', () => sayPartMissing(app), { signal });
  addEventListener(
    'unhandledrejection',
    ({ reason }) => {
      // What was stopped on purpose is no failure.
      if (reason instanceof DOMException && reason.name === 'AbortError') return;
      app.toasts.warn(failureWords(reason));
    },
    { signal },
  );
  return () => listening.abort();
}
