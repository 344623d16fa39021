import type { Page } from '@playwright/test';

/** What a page noted of its own opening. */
export interface Opening {
  /** The sum of all layout shifts that no input explains (https://web.dev/articles/cls). */
  readonly shift: number;
  /** When the largest thing was painted, ms after the navigation began. */
  readonly largestPaintMs: number;
}

/** A registered symbol: the page's own code does not meet it. */
const OPENING = 'woxly.test.opening';

/** To be given to `addInitScript`: notes how the page opens. */
export function noteOpening(): void {
  const seen = { shift: 0, largestPaintMs: 0 };
  Object.defineProperty(globalThis, Symbol.for('woxly.test.opening'), { value: seen });
  const watch = (type: string, note: (entry: PerformanceEntry) => void) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
    observer.observe({ type, buffered: true });
  };
  watch('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & {
      readonly value: number;
      readonly hadRecentInput: boolean;
    };
    if (!hadRecentInput) seen.shift += value;
  });
  watch('largest-contentful-paint', ({ startTime }) => (seen.largestPaintMs = startTime));
}

export function openingOf(page: Page): Promise<Opening> {
  return page.evaluate(
    (name) => (globalThis as unknown as Record<symbol, Opening>)[Symbol.for(name)] as Opening,
    OPENING,
  );
}
