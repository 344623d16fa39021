import axe from 'axe-core';
import { expect } from 'vitest';

/** Rules for whole pages: a component alone has no landmarks and no heading of the first level. */
const PAGE_RULES = ['region', 'landmark-one-main', 'page-has-heading-one'] as const;

/**
 * Expects that axe finds nothing wrong, contrast included. Animations are ended first: what is half faded in has
 * not the colours a person reads.
 */
export async function expectAccessible(part: 'page' | 'component'): Promise<void> {
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
  }
  const off = part === 'page' ? [] : PAGE_RULES;
  const { violations } = await axe.run(document.body, {
    rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
  });
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
  }));
  expect(found).toEqual([]);
}
