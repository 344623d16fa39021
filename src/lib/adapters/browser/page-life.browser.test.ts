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
const become = (state: DocumentVisibilityState) =>
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
const happens = (name: string, target: EventTarget = document) =>
  target.dispatchEvent(new Event(name));

/** What was said of the background, in order. */
function background() {
  const said: boolean[] = [];
  const stop = browserPageLife.onBackground((so) => said.push(so));
  stopping.push(stop);
  return { said, stop };
}

test('a phone tells when its page is hidden, and when it is seen again', () => {
  pointer('coarse');
  const { said, stop } = background();
  become('hidden');
  happens('visibilitychange');
  become('visible');
  happens('visibilitychange');
  expect(said).toEqual([true, false]);
  stop();
  happens('visibilitychange');
  expect(said).toHaveLength(2);
});

test('a computer tells only of a freeze, and when it is over', () => {
  pointer('fine');
  const { said, stop } = background();
  become('hidden');
  happens('visibilitychange');
  expect(said).toEqual([false]);
  happens('freeze');
  happens('resume');
  expect(said).toEqual([false, true, false]);
  stop();
  for (const name of ['freeze', 'resume']) happens(name);
  expect(said).toHaveLength(3);
});

test('a phone’s page that runs again unseen is still in the background', () => {
  pointer('coarse');
  const { said } = background();
  become('hidden');
  happens('resume');
  expect(said).toEqual([true]);
});

test.each([
  ['online', window],
  ['pageshow', window],
  ['resume', document],
  ['visibilitychange', document],
] as const)('%s wakes a page that is seen, and no other', (name, target) => {
  const run = vi.fn();
  const stop = browserPageLife.onWake(run);
  stopping.push(stop);
  become('hidden');
  happens(name, target);
  expect(run).not.toHaveBeenCalled();
  become('visible');
  happens(name, target);
  expect(run).toHaveBeenCalledTimes(1);
  stop();
  happens(name, target);
  expect(run).toHaveBeenCalledTimes(1);
});

test.each([
  ['onOffline', 'offline'],
  ['onLeave', 'pagehide'],
] as const)('%s is told by %s, of a hidden page too', (which, name) => {
  const run = vi.fn();
  const stop = browserPageLife[which](run);
  stopping.push(stop);
  become('hidden');
  happens(name, window);
  expect(run).toHaveBeenCalledTimes(1);
  stop();
  happens(name, window);
  expect(run).toHaveBeenCalledTimes(1);
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
