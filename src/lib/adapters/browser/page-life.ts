import type { PageLife } from '#lib/ports/page-life.ts';

function listen(targets: readonly (readonly [EventTarget, string])[], run: () => void): () => void {
  for (const [target, name] of targets) target.addEventListener(name, run);
  return () => {
    for (const [target, name] of targets) target.removeEventListener(name, run);
  };
}

export const browserPageLife: PageLife = {
  get online() {
    return navigator.onLine;
  },
  onWake: (run) =>
    listen(
      [
        [window, 'online'],
        [window, 'pageshow'],
        [document, 'resume'],
        [document, 'visibilitychange'],
      ],
      () => {
        if (document.visibilityState === 'visible') run();
      },
    ),
  onOffline: (run) => listen([[window, 'offline']], run),
  // `beforeunload` may be cancelled and `unload` is not called on phones.
  onLeave: (run) => listen([[window, 'pagehide']], run),
};
