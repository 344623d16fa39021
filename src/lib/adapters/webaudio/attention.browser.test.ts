import { afterEach, expect, test, vi } from 'vitest';
import { KEYS } from '#lib/testing/fake-people.ts';
import { browserAttention } from './attention.ts';

afterEach(() => vi.restoreAllMocks());

interface Shown {
  readonly title: string;
  readonly data: unknown;
  close(): void;
}

const newAttention = () =>
  browserAttention({
    ringVolume: () => 0,
    words: ({ name, stranger }) => ({ title: stranger ? `claims ${name}` : name, body: 'Answer' }),
  });

/** A hidden page that may notify; `worker` shows what it is asked to once `appear` was called. */
function hiddenPage() {
  const shown = new Set<Shown>();
  const pending: (() => void)[] = [];
  const worker = {
    showNotification: (title: string, { data }: { readonly data: unknown }) =>
      new Promise<void>((resolve) => {
        pending.push(() => {
          const one: Shown = { title, data, close: () => shown.delete(one) };
          shown.add(one);
          resolve();
        });
      }),
    getNotifications: async () => [...shown],
  };
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  vi.spyOn(Notification, 'permission', 'get').mockReturnValue('granted');
  vi.spyOn(navigator.serviceWorker, 'getRegistration').mockResolvedValue(
    worker as unknown as ServiceWorkerRegistration,
  );
  const attention = newAttention();
  const ring = (name: string, stranger = false) =>
    attention.announceCall({ name, stranger, key: KEYS.alice });
  const appear = async () => {
    await expect.poll(() => pending.length).toBe(1);
    pending.pop()?.();
  };
  return { ring, appear, pending, titles: () => [...shown].map(({ title }) => title) };
}

test('a hidden page notifies until the ring is over, with the words for that caller', async () => {
  const { ring, appear, titles } = hiddenPage();
  const stop = ring('Bank', true);
  await appear();
  expect(titles()).toEqual(['claims Bank']);
  expect(document.title).toBe('claims Bank');
  stop();
  await expect.poll(titles).toEqual([]);
  expect(document.title).not.toBe('claims Bank');
});

test('a ring that stops before its notification is there leaves none behind', async () => {
  const { ring, appear, pending, titles } = hiddenPage();
  const stop = ring('Alice');
  await expect.poll(() => pending.length).toBe(1);
  stop();
  await appear();
  await expect.poll(titles).toEqual([]);
});

test('the end of one ring does not take the notification of the next away', async () => {
  const { ring, appear, titles } = hiddenPage();
  const stopFirst = ring('Alice');
  await appear();
  const stopSecond = ring('Boris');
  await appear();
  stopFirst();
  await expect.poll(titles).toEqual(['Boris']);
  stopSecond();
  await expect.poll(titles).toEqual([]);
});

/** A page whose wake locks are given when `give` is called; as in a browser, hiding the page takes them away. */
function wakeLocks() {
  const held = new Set<WakeLockSentinel>();
  const asked: (() => void)[] = [];
  let state: DocumentVisibilityState = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => state);
  const request = vi.spyOn(navigator.wakeLock, 'request').mockImplementation(
    () =>
      new Promise((resolve) => {
        asked.push(() => {
          const lock = { release: async () => void held.delete(lock) } as WakeLockSentinel;
          held.add(lock);
          resolve(lock);
        });
      }),
  );
  const give = async () => {
    for (const one of asked.splice(0)) one();
    // What waits for the lock runs before this.
    await new Promise<void>((resolve) => void setTimeout(resolve));
    return held.size;
  };
  const become = (next: DocumentVisibilityState) => {
    state = next;
    if (next === 'hidden') held.clear();
    document.dispatchEvent(new Event('visibilitychange'));
  };
  return { give, become, held, request };
}

test('the screen is kept awake until that is over, and again after the page was hidden', async () => {
  const { give, become, held, request } = wakeLocks();
  const stop = newAttention().keepAwake();
  expect(request).toHaveBeenCalledWith('screen');
  expect(await give()).toBe(1);
  become('hidden');
  expect(await give()).toBe(0);
  become('visible');
  expect(await give()).toBe(1);
  stop();
  await expect.poll(() => held.size).toBe(0);
  become('hidden');
  become('visible');
  expect(await give()).toBe(0);
  expect(request).toHaveBeenCalledTimes(2);
});

test('a wake lock that is given too late is given back', async () => {
  const { give, request } = wakeLocks();
  const stop = newAttention().keepAwake();
  stop();
  expect(request).toHaveBeenCalledTimes(1);
  expect(await give()).toBe(0);
});

test('where the screen may not be kept awake, it is asked for again all the same', async () => {
  const { give, become, request } = wakeLocks();
  request.mockRejectedValueOnce(new DOMException('low battery', 'NotAllowedError'));
  const stop = newAttention().keepAwake();
  become('hidden');
  become('visible');
  expect(await give()).toBe(1);
  stop();
  expect(await give()).toBe(0);
});
