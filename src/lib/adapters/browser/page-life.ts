import type { PageLife } from '#lib/ports/page-life.ts';
import { browserClock } from './clock.ts';

/** The Network Information API, of Chromium; `type` only on phones and Chrome OS. */
interface Connection extends EventTarget {
  readonly type?: string;
}

function listen(
  targets: readonly (readonly [EventTarget | undefined, string])[],
  run: () => void,
): () => void {
  for (const [target, name] of targets) target?.addEventListener(name, run);
  return () => {
    for (const [target, name] of targets) target?.removeEventListener(name, run);
  };
}

/** Phones and tablets take the microphone from hidden pages; computers do not. */
function isPhone(): boolean {
  const { userAgentData } = navigator as { readonly userAgentData?: { readonly mobile: boolean } };
  return userAgentData?.mobile === true || matchMedia('(pointer: coarse)').matches;
}

/** Pages that are hidden, or covered by other windows, are not painted: how long they are waited for, ms. */
const PAINT_MOST_MS = 50;

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
  onBackground(run) {
    const stopLooking = listen(
      [
        [document, 'visibilitychange'],
        [document, 'resume'],
      ],
      () => run(document.visibilityState === 'hidden' && isPhone()),
    );
    // On any device: nothing of the page runs from here on, and only what is said now is still heard.
    const stopFreezing = listen([[document, 'freeze']], () => run(true));
    return () => {
      stopLooking();
      stopFreezing();
    };
  },
  onNetworkChange(run) {
    const { connection } = navigator as { readonly connection?: Connection };
    let type = connection?.type;
    // Its other members are estimates that change all the time.
    const stopType = listen([[connection, 'change']], () => {
      if (connection?.type === type) return;
      type = connection?.type;
      run();
    });
    const stopOnline = listen([[window, 'online']], run);
    return () => {
      stopType();
      stopOnline();
    };
  },
  onOffline: (run) => listen([[window, 'offline']], run),
  // `beforeunload` may be cancelled and `unload` is not called on phones.
  onLeave: (run) => listen([[window, 'pagehide']], run),
  afterPaint(run) {
    let waiting = true;
    const once = () => {
      stopTimer();
      if (waiting) run();
      waiting = false;
    };
    const stopTimer = browserClock.after(PAINT_MOST_MS, once);
    // Callbacks of a frame run just before it is painted.
    requestAnimationFrame(() => setTimeout(once));
  },
};
