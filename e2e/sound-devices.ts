import type { Page } from '@playwright/test';

/** To be given to `addInitScript`: remembers every AudioContext of the page. */
export function noteContexts(): void {
  const made: AudioContext[] = [];
  Object.defineProperty(globalThis, Symbol.for('woxly.test.contexts'), { value: made });
  globalThis.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      made.push(this);
    }
  };
}

/** How many of them run: each holds the sound device, and takes its share of the processor. */
export function runningContexts(page: Page): Promise<number> {
  return page.evaluate(() => {
    const made = (globalThis as unknown as Record<symbol, readonly AudioContext[]>)[
      Symbol.for('woxly.test.contexts')
    ];
    return (made ?? []).filter(({ state }) => state === 'running').length;
  });
}
