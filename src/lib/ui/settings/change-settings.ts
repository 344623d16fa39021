import type { Settings } from '#lib/domain/settings.ts';
import type { AppState } from '#lib/state/app-state.svelte.ts';
import { attempt } from '#lib/ui/attempt.ts';

/** Changes settings; says it where they were not kept. */
export const changeSettings = (app: AppState, part: Partial<Settings>): Promise<unknown> =>
  attempt(() => app.settings.change(part), app.toasts.warn);
