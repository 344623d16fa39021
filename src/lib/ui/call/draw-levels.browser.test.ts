import { afterEach, expect, test, vi } from 'vitest';
import { drawLevels } from './draw-levels.ts';

afterEach(() => document.body.replaceChildren());

function element(display: string): HTMLElement {
  const made = document.createElement('div');
  made.style.cssText = `display: ${display}; width: 10px; height: 10px`;
  document.body.append(made);
  return made;
}

test('a level is read while it can be seen, and drawn when it has changed', async () => {
  const [seen, hidden] = [element('block'), element('none')];
  let level = 0.25;
  const read = vi.fn(() => level);
  const draw = vi.fn();
  const readHidden = vi.fn(() => 0.25);
  const stops = [drawLevels(seen, read, draw), drawLevels(hidden, readHidden, vi.fn())];
  await expect.poll(() => read.mock.calls.length).toBeGreaterThan(2);
  expect(draw.mock.calls).toEqual([[0.5]]);
  level = 0.001;
  await expect.poll(() => draw.mock.calls).toEqual([[0.5], [0]]);
  expect(readHidden).not.toHaveBeenCalled();

  // Both change places.
  [seen.style.display, hidden.style.display] = ['none', 'block'];
  await expect.poll(() => readHidden.mock.calls.length).toBeGreaterThan(2);
  const before = read.mock.calls.length;
  const hiddenBefore = readHidden.mock.calls.length;
  await expect.poll(() => readHidden.mock.calls.length).toBeGreaterThan(hiddenBefore + 2);
  expect(read.mock.calls.length).toBe(before);
  for (const stop of stops) stop();
});
