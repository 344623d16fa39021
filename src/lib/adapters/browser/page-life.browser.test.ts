import { afterEach, expect, test, vi } from 'vitest';
import { pageLifeContract } from '#lib/testing/page-life-contract.ts';
import { browserClock } from './clock.ts';
import { browserPageLife } from './page-life.ts';

const stopping: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const become = (state: DocumentVisibilityState) =>
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
const happens = (name: string, target: EventTarget = document) =>
  target.dispatchEvent(new Event(name));

/** A phone has a pointer that is coarse. What the page believes is said by the browser's own events. */
pageLifeContract('the browser', (device) => {
  const pointer = device === 'phone' ? 'coarse' : 'fine';
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: query === `(pointer: ${pointer})` }));
  const connection = Object.assign(new EventTarget(), { type: 'wifi' });
  vi.spyOn(navigator, 'connection' as never, 'get').mockReturnValue(connection as never);
  const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true);
  const paint = window.requestAnimationFrame;
  const show = (visible: boolean) => {
    // Hidden pages have no frames.
    vi.stubGlobal('requestAnimationFrame', visible ? paint : () => 0);
    become(visible ? 'visible' : 'hidden');
    happens('visibilitychange');
  };
  return {
    page: browserPageLife,
    connect: (online) => {
      onLine.mockReturnValue(online);
      happens(online ? 'online' : 'offline', window);
    },
    changeNetwork: () => {
      connection.type = connection.type === 'wifi' ? 'cellular' : 'wifi';
      happens('change', connection);
    },
    show,
    freeze: () => happens('freeze'),
    resume: () => happens('resume'),
    leave: () => happens('pagehide', window),
    close: () => {
      vi.restoreAllMocks();
      vi.unstubAllGlobals();
    },
  };
});

test('a page that is shown as it was kept is woken', () => {
  const run = vi.fn();
  stopping.push(browserPageLife.onWake(run));
  become('hidden');
  happens('pageshow', window);
  expect(run).not.toHaveBeenCalled();
  become('visible');
  happens('pageshow', window);
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

test('estimates of a network are no other network', () => {
  const connection = Object.assign(new EventTarget(), { type: 'wifi', downlink: 10 });
  vi.spyOn(navigator, 'connection' as never, 'get').mockReturnValue(connection as never);
  const run = vi.fn();
  stopping.push(browserPageLife.onNetworkChange(run));
  connection.downlink = 1;
  happens('change', connection);
  expect(run).not.toHaveBeenCalled();
});

test('where nothing is told of networks, one that is back counts as another', () => {
  vi.spyOn(navigator, 'connection' as never, 'get').mockReturnValue(undefined as never);
  const run = vi.fn();
  stopping.push(browserPageLife.onNetworkChange(run));
  happens('online', window);
  expect(run).toHaveBeenCalledTimes(1);
});
