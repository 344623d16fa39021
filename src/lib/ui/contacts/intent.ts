import type { Attachment } from 'svelte/attachments';

/** How long somebody points at a button before it is taken for an intent, ms: less is only passing over it. */
const POINTED_MS = 150;

/**
 * Calls `begin` when a button is pointed at for a moment, focused or pressed down, and what it returned when that is over: what a
 * press will need can be made ready.
 */
export function onIntent(begin: () => () => void): Attachment {
  return (button) => {
    const over = new AbortController();
    const { signal } = over;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let end: (() => void) | undefined;

    const start = () => {
      clearTimeout(timer);
      if (!end) timer = setTimeout(now, POINTED_MS);
    };
    // A finger does not point: it goes down about 100 ms before the click.
    const now = () => {
      clearTimeout(timer);
      end ??= begin();
    };
    const stop = () => {
      clearTimeout(timer);
      end?.();
      end = undefined;
    };
    for (const type of ['pointerenter', 'focus']) button.addEventListener(type, start, { signal });
    button.addEventListener('pointerdown', now, { signal });
    for (const type of ['pointerleave', 'blur']) button.addEventListener(type, stop, { signal });
    return () => {
      over.abort();
      stop();
    };
  };
}
