import { APP_PAGE } from './cache-plan.ts';

/** The part of the worker's `clients` that is needed here. */
export interface Pages {
  /** The pages of this origin, the one used last first. */
  matchAll(options: {
    readonly type: 'window';
    readonly includeUncontrolled: true;
  }): Promise<readonly { focus(): Promise<unknown> }[]>;
  openWindow(path: string): Promise<unknown>;
}

/** Brings the app to the front: a page that is open, also one that this worker does not serve yet, or a new one. */
export async function showApp(pages: Pages): Promise<void> {
  const [open] = await pages.matchAll({ type: 'window', includeUncontrolled: true });
  await (open === undefined ? pages.openWindow(APP_PAGE) : open.focus());
}
