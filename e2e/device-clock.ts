import type { Page } from '@playwright/test';

interface ShiftedWindow extends Window {
  shiftMs: number;
}

/** Runs in the page before anything else: its wall clock is wrong, its steady one goes on as it is. */
export function shiftClock(ms: number): void {
  const shifted = window as unknown as ShiftedWindow;
  shifted.shiftMs = ms;
  const Real = Date;
  window.Date = class extends Real {
    constructor(...given: readonly number[]) {
      if (given.length === 0) super(Real.now() + shifted.shiftMs);
      else super(...(given as [number]));
    }

    static override now(): number {
      return Real.now() + shifted.shiftMs;
    }
  } as DateConstructor;
}

/** Sets the clock of a page that {@link shiftClock} has prepared. */
export const setClock = (page: Page, ms: number): Promise<void> =>
  page.evaluate((by) => {
    (window as unknown as ShiftedWindow).shiftMs = by;
  }, ms);
