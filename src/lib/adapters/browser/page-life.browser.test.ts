import { afterEach, expect, test, vi } from 'vitest';
import { browserClock } from './clock.ts';
import { browserPageLife } from './page-life.ts';

const stopping: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function pointer(kind: 'coarse' | 'fine') {
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: query === `(pointer: ${kind})` }));
}
const hide = () => vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');

test('only a hidden page of a phone is in the background', () => {
  pointer('coarse');
  expect(browserPageLife.background).toBe(false);
  hide();
  expect(browserPageLife.background).toBe(true);
  pointer('fine');
  expect(browserPageLife.background).toBe(false);
});

test.each(['a frame', 'no frame'])('after %s, and once only', async (frame) => {
  let paint = () => undefined as unknown;
  if (frame === 'no frame') {
    vi.stubGlobal('requestAnimationFrame', (run: () => void) => void (paint = run));
  }
  const run = vi.fn();
  browserPageLife.afterPaint(run);
  expect(run).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(run).toHaveBeenCalled());
  paint();
  // Whatever would run it again was set before this timer.
  await new Promise<void>((resolve) => void browserClock.after(100, resolve));
  expect(run).toHaveBeenCalledTimes(1);
});

test.each(['visibilitychange', 'freeze', 'resume'])('%s may change that', (name) => {
  const run = vi.fn();
  const stop = browserPageLife.onBackground(run);
  document.dispatchEvent(new Event(name));
  stop();
  document.dispatchEvent(new Event(name));
  expect(run).toHaveBeenCalledTimes(1);
});

test('another kind of network counts as another network, its estimates do not', () => {
  const connection = Object.assign(new EventTarget(), { type: 'wifi', downlink: 10 });
  vi.spyOn(navigator, 'connection' as never, 'get').mockReturnValue(connection as never);
  const run = vi.fn();
  const stop = browserPageLife.onNetworkChange(run);
  stopping.push(stop);
  connection.downlink = 1;
  connection.dispatchEvent(new Event('change'));
  expect(run).toHaveBeenCalledTimes(0);
  connection.type = 'cellular';
  connection.dispatchEvent(new Event('change'));
  expect(run).toHaveBeenCalledTimes(1);
  window.dispatchEvent(new Event('online'));
  expect(run).toHaveBeenCalledTimes(2);
  stop();
  connection.type = 'wifi';
  connection.dispatchEvent(new Event('change'));
  window.dispatchEvent(new Event('online'));
  expect(run).toHaveBeenCalledTimes(2);
});
