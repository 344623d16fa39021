import type { CallQuality } from '#lib/domain/call.ts';

/** How often a call's figures are read, ms. */
const READ_EVERY_MS = 1000;

/** The figures of the call that is live, read again and again while the component that made this is there. */
export function followQuality(read: () => Promise<CallQuality | undefined>): {
  readonly now: CallQuality | undefined;
} {
  let quality = $state.raw<CallQuality>();

  $effect(() => {
    let over = false;
    const look = async () => {
      const fresh = await read();
      if (!over) quality = fresh;
    };
    void look();
    const timer = setInterval(() => void look(), READ_EVERY_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  });

  return {
    get now() {
      return quality;
    },
  };
}
